"""Jobs beside the pass: what they ask of the lakehouse, and what they say when it cannot be."""

from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.lakehouse.catalog import BY_KEY, REBUILDABLE
from orders_platform.lakehouse.quarantine.asked import Release, Selection
from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.backup import BACKUP_JOB, BACKUP_JOB_NAME, CHECK_JOB, CHECK_JOB_NAME, backup_order_events
from orders_platform.orchestration.jobs import (
    MAINTENANCE_JOB,
    NIGHTLY_MAINTENANCE,
    REBUILD_JOB,
    RELEASE_JOB,
    REPLAY_JOB,
    WRITING_JOBS,
)
from orders_platform.orchestration.specs import table_key
from orders_platform.orchestration.squad.jobs import RECONCILIATION_JOB_NAME
from orders_platform_tests.orchestration.fakes import FakeRunner

DAYS = {"first_day": "2019-02-01", "last_day": " 2019-02-02"}


def run(job: str, runner: FakeRunner, **config: Any) -> dg.ExecuteInProcessResult:
    definitions = dg.Definitions(
        assets=[lakehouse_tables, backup_order_events],
        jobs=[REBUILD_JOB, REPLAY_JOB, RELEASE_JOB, MAINTENANCE_JOB, BACKUP_JOB, CHECK_JOB],
        resources={"runner": runner},
    )
    return definitions.resolve_job_def(job).execute_in_process(run_config=config, raise_on_error=False)


def failure(result: dg.ExecuteInProcessResult) -> str:
    [event] = [e for e in result.all_events if e.is_step_failure]
    said = event.step_failure_data.user_failure_data
    assert said
    return str(said.description)


def test_rebuilding_days_asks_for_those_days_of_the_tables_that_have_some() -> None:
    runner = FakeRunner()

    result = run("rebuild_days", runner, **DAYS)

    built = {table_key(event.asset_key) for event in result.get_asset_materialization_events() if event.asset_key}
    assert (runner.asked.mode, runner.asked.first_day, runner.asked.last_day) == ("rebuild", date(2019, 2, 1), date(2019, 2, 2))
    assert (set(runner.asked.tables), built) == (set(REBUILDABLE), set(REBUILDABLE))


def test_days_are_asked_for_in_the_launchpad() -> None:
    """Without them the run would be an ordinary pass."""
    with pytest.raises(dg.DagsterInvalidConfigError, match="Missing required config entries"):
        run("rebuild_days", FakeRunner())


def test_a_day_that_is_none_is_told_in_a_sentence() -> None:
    assert (
        failure(run("rebuild_days", FakeRunner(), **DAYS | {"last_day": "2019-02-30"})) == "2019-02-30 is no day like 2026-01-31"
    )


@pytest.mark.parametrize(("config", "days"), [({}, (None, None)), (DAYS, (date(2019, 2, 1), date(2019, 2, 2)))])
def test_a_replay_asks_for_its_days_or_for_everything(config: dict[str, str], days: tuple[date | None, date | None]) -> None:
    runner = FakeRunner()

    run("replay_backup", runner, **config)

    assert (runner.asked.mode, runner.asked.first_day, runner.asked.last_day) == ("replay", *days)
    assert set(runner.asked.tables) == set(BY_KEY)


def test_a_release_asks_for_what_the_launchpad_says_of_every_table_but_bronze() -> None:
    runner = FakeRunner()

    result = run("release_quarantine", runner, why="wrong totals", reasons=["total_matches"], repairs=["total_from_lines"])

    selected = Selection(("total_matches",))
    assert result.success
    assert (runner.asked.mode, runner.asked.asked_by) == ("release", f"Dagster run {result.run_id}")
    assert runner.asked.release == Release(selected, "wrong totals", repairs=("total_from_lines",))
    assert set(runner.asked.tables) == BY_KEY.keys() - {"bronze.order_events"}


def test_a_release_takes_positions_times_and_a_body() -> None:
    runner = FakeRunner()

    run("release_quarantine", runner, why="w", positions=["0:1"], since="2026-01-31", body="é")

    selected = Selection(positions=("0:1",), since=datetime(2026, 1, 31, tzinfo=UTC))
    assert runner.asked.release == Release(selected, "w", body="é".encode())


def test_a_release_that_cannot_be_meant_fails_with_the_sentence_that_says_why() -> None:
    assert failure(run("release_quarantine", FakeRunner(), why="w")) == "nothing is selected: give reasons, times or positions"
    with pytest.raises(dg.DagsterInvalidConfigError, match="Missing required config entry"):
        run("release_quarantine", FakeRunner(), reasons=["total_matches"])


def test_a_dry_run_of_a_release_changes_no_table_and_is_no_failure() -> None:
    runner = FakeRunner()

    result = run("release_quarantine", runner, why="w", reasons=["total_matches"], dry_run=True)

    assert result.success
    assert not runner.asked.writes


@pytest.mark.parametrize(("job", "mode"), [("backup", "backup"), ("backup_check", "check-backup")])
def test_the_backup_is_kept_by_one_job_and_looked_over_by_another(job: str, mode: str) -> None:
    runner = FakeRunner()

    run(job, runner)

    assert runner.asked.mode == mode


def test_maintenance_tells_of_each_table_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    runner = FakeRunner()

    result = run("maintenance", runner)

    assert result.success
    assert (runner.asked.mode, runner.asked.tables, runner.asked.pass_id) == ("maintain", (), result.run_id)
    assert "gold.daily_sales: 7 files made 1, 12,345 bytes freed, 1.2 s" in capfd.readouterr().err


def test_a_refused_maintenance_fails_with_the_sentence_that_says_why() -> None:
    assert failure(run("maintenance", FakeRunner(refused="another pass is at work"))) == "another pass is at work"


def test_every_job_that_writes_is_known_to_the_sensors_and_takes_its_turn() -> None:
    ops = [node.definition for name in WRITING_JOBS for node in defs.resolve_job_def(name).nodes]

    assert [op.pool for op in ops if isinstance(op, dg.OpDefinition)] == ["lake"] * len(WRITING_JOBS)
    assert {job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__")} == {
        *WRITING_JOBS,
        RECONCILIATION_JOB_NAME,
        BACKUP_JOB_NAME,
        CHECK_JOB_NAME,
    }


@pytest.mark.parametrize("job", ["full_pass", "rebuild_days"])
def test_a_pass_does_not_ask_the_squads_api(job: str) -> None:
    """Its check stands on one of the pass's tables."""
    assert [node.name for node in defs.resolve_job_def(job).nodes] == ["lakehouse_tables"]


def test_maintenance_runs_every_night_by_itself() -> None:
    assert (NIGHTLY_MAINTENANCE.cron_schedule, NIGHTLY_MAINTENANCE.job_name) == ("30 3 * * *", "maintenance")
    assert NIGHTLY_MAINTENANCE.default_status is dg.DefaultScheduleStatus.RUNNING
