"""A run of the job: what is recorded of each table, what a failed check holds back, what a fault says."""

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.checks import CHECKS
from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.in_process import InProcessRunner
from orders_platform.orchestration.runner import PassRunner
from orders_platform.orchestration.specs import asset_key, table_key
from orders_platform_tests.orchestration.fakes import FakeRunner

BLOCKED = "bronze.order_events positions_complete"


def test_a_full_pass_materializes_every_table_once_and_answers_every_check() -> None:
    """Nothing asked for is left out, nothing comes twice."""
    result = _run(FakeRunner())

    assert result.success
    assert sorted(_built(result)) == sorted(BY_KEY)
    assert sorted((e.asset_key, e.check_name) for e in result.get_asset_check_evaluations()) == sorted(
        (asset_key(check.table), check.name) for check in CHECKS
    )


def test_a_materialization_tells_counts_positions_version_and_place() -> None:
    """What the asset page and its plots show of a pass."""
    metadata = _metadata(_run(FakeRunner()), "gold.daily_sales")

    assert metadata.pop("pass_id")
    assert metadata == {
        "dagster/row_count": 90,
        "rows_in": 10,
        "rows_written": 9,
        "rows_duplicate": 1,
        "rows_quarantined": 0,
        "positions_from": {"orders-1": {"0": 0}},
        "positions_to": {"orders-1": {"0": 10}},
        "table_version": 3,
        "lag_seconds": 1.5,
        "longest_wait_seconds": 4.5,
        "seconds": 0.25,
        "finished_at": 1767323045.0,
        "dagster/uri": "/lake/gold/daily_sales",
    }


def test_tables_of_a_run_share_its_id_as_pass_id() -> None:
    """From the ledger to the run in the UI and back."""
    result = _run(FakeRunner())

    assert {_metadata(result, table)["pass_id"] for table in BY_KEY} == {result.run_id}


def test_a_failed_blocking_check_holds_back_what_is_made_from_the_table_and_says_so() -> None:
    """Bronze stands with its failed check; nothing behind it is built; the sentence names both."""
    result = _run(FakeRunner(failing=[BLOCKED]))

    failed = [e.check_name for e in result.get_asset_check_evaluations() if not e.passed]
    assert not result.success
    assert _built(result) == ["bronze.order_events"]
    assert failed == ["positions_complete"]
    assert f"blocking checks failed: {BLOCKED}; not built: gold.cancellations, " in _failure(result)


def test_a_failed_blocking_check_is_not_tried_again() -> None:
    """Bad data stays bad: a retry would only cost time and hide the first answer."""
    result = _run(FakeRunner(failing=[BLOCKED]))

    [failure] = result.get_failed_step_keys()
    assert not result.retry_attempts_for_node(failure)


def test_a_failed_warning_neither_fails_the_run_nor_holds_anything_back() -> None:
    """Warnings are read by people."""
    warning = next(check for check in CHECKS if check.warn_only)

    result = _run(FakeRunner(failing=[f"{warning.table} {warning.name}"]))

    [failed] = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert result.success
    assert (failed.check_name, failed.severity) == (warning.name, dg.AssetCheckSeverity.WARN)
    assert sorted(_built(result)) == sorted(BY_KEY)


def test_only_the_picked_table_and_its_checks_are_filled() -> None:
    """One asset picked in the UI is one table asked of the pass."""
    result = _run(FakeRunner(), selection=["gold.daily_sales"])

    assert result.success
    assert _built(result) == ["gold.daily_sales"]
    assert {e.asset_key for e in result.get_asset_check_evaluations()} == {asset_key("gold.daily_sales")}


def test_a_table_alone_can_be_filled_without_its_checks() -> None:
    """The UI lets a user pick the asset and leave its checks out."""
    job = defs.resolve_job_def("full_pass")
    only = dg.AssetSelection.assets(asset_key("silver.orders")) - dg.AssetSelection.all_asset_checks()
    definitions = dg.Definitions(
        assets=[lakehouse_tables], jobs=[dg.define_asset_job("one", only)], resources={"runner": FakeRunner()}
    )

    result = definitions.resolve_job_def("one").execute_in_process()

    assert job.name == "full_pass"
    assert _built(result) == ["silver.orders"]
    assert result.get_asset_check_evaluations() == []


def test_a_check_picked_alone_is_answered_without_a_materialization() -> None:
    """Execute on a check's own page: its table takes part in a pass, and only the check is recorded."""
    only = dg.AssetSelection.checks(dg.AssetCheckKey(asset_key("silver.orders"), "order_id_unique"))
    definitions = dg.Definitions(
        assets=[lakehouse_tables], jobs=[dg.define_asset_job("one", only)], resources={"runner": FakeRunner()}
    )

    result = definitions.resolve_job_def("one").execute_in_process()

    assert _built(result) == []
    assert [(e.check_name, e.passed) for e in result.get_asset_check_evaluations()] == [("order_id_unique", True)]


def test_a_refused_pass_fails_with_the_sentence_that_says_why() -> None:
    """The reader of the run page acts on it without a stack trace."""
    result = _run(FakeRunner(refused="another pass is at work in this lake: wait for it"))

    assert _failure(result) == "another pass is at work in this lake: wait for it"


def test_a_pass_without_hub_settings_says_which_variables_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressing Materialize with nothing configured is answered in one sentence, before any JVM starts."""
    for name in ("ORDERS_HUB_NAME", "ORDERS_HUB_CONNECTION", "ORDERS_HUB_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)

    result = _run(InProcessRunner())

    assert _failure(result).startswith("no hub is named: set ORDERS_HUB_NAME")


def _run(runner: PassRunner, selection: list[str] | None = None) -> dg.ExecuteInProcessResult:
    job = defs.resolve_job_def("full_pass")
    picked = [asset_key(table) for table in selection] if selection else None
    # the job of the definitions, with another runner in the one seam there is
    return dg.materialize([lakehouse_tables], resources={"runner": runner}, selection=picked, raise_on_error=False, tags=job.tags)


def _built(result: dg.ExecuteInProcessResult) -> list[str]:
    return [table_key(event.asset_key) for event in result.get_asset_materialization_events() if event.asset_key]


def _metadata(result: dg.ExecuteInProcessResult, table: str) -> dict[str, object]:
    [event] = [e for e in result.get_asset_materialization_events() if e.asset_key == asset_key(table)]
    values = event.step_materialization_data.materialization.metadata
    return {name: value.value for name, value in values.items()}


def _failure(result: dg.ExecuteInProcessResult) -> str:
    [event] = [e for e in result.all_events if e.is_step_failure]
    user_failure = event.step_failure_data.user_failure_data
    assert user_failure
    return str(user_failure.description)
