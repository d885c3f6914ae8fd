"""What is done to the tables without Dagster, as its pages and the alerts learn of it: a release, a pass, a table put back."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.report import CheckResult, TableReport, Told
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.records import committed_positions
from orders_platform.orchestration.specs import asset_key
from orders_platform_tests.alerts.webhook import Webhook
from orders_platform_tests.orchestration.alerting.conftest import MakeLook, _served, look, webhook
from orders_platform_tests.orchestration.fakes import FakeRunner, a_report
from orders_platform_tests.orchestration.histories import a_pass

__all__ = ["_served", "look", "webhook"]
RULE, RATE = "lines_present", "quarantine_rate"
# looks of sensors are no part of this
NOBODY: frozenset[str] = frozenset()
SENSOR = defs.get_repository_def().get_sensor_def("ledger_entries")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A lake on this machine; no workspace is named."""
    monkeypatch.setenv("ORDERS_LAKE", str(tmp_path / "lake"))
    monkeypatch.delenv("DATABRICKS_HOST", raising=False)
    return str(tmp_path / "lake")


class Sensor:
    """Ticks as Dagster's daemon makes them."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.cursor: str | None = None

    def tick(self) -> str:
        context = dg.build_sensor_context(self.instance, cursor=self.cursor)
        done = SENSOR.evaluate_tick(context)
        for event in done.asset_events:
            self.instance.report_runless_asset_event(event)
        self.cursor = done.cursor
        return done.skip_message or ""


def by_hand(lake: str, *, passed: bool, version: int = 4, end: int = 10) -> None:
    """Entered as a release or a pass from the command line enters itself."""
    now, positions = datetime.now(UTC), {"orders-1": {"0": end}}
    pass_id = ledger.new_pass_id()
    changes = {"pass_id": pass_id, "finished_at": now, "version": version, "positions_from": positions, "positions_to": positions}
    reports = [
        a_report("bronze.order_events", **changes),
        a_report("silver.quarantine", **changes, checks=(CheckResult(RATE, passed=passed, warn_only=True),)),
        a_report("silver.order_events", **changes, checks=(CheckResult(RULE, passed=passed, warn_only=True),)),
    ]
    ledger.write(lake, pass_id, reports, started_at=now)


def shown(instance: dg.DagsterInstance) -> dict[str, bool]:
    """What the pages say of the two checks."""
    keys = [dg.AssetCheckKey(asset_key("silver.order_events"), RULE), dg.AssetCheckKey(asset_key("silver.quarantine"), RATE)]
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    answers = {key.name: record.evaluation for key, record in found.items()}
    return {name: answer.passed for name, answer in answers.items() if isinstance(answer, dg.AssetCheckEvaluation)}


def test_a_release_from_the_command_line_turns_the_pages_good_and_ends_the_incident(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook, lake: str
) -> None:
    sensor = Sensor(instance)
    a_pass(instance, FakeRunner(failing=[f"silver.order_events {RULE}", f"silver.quarantine {RATE}"]))
    now = time.time()
    look(watchers=NOBODY, now=lambda: now).run()
    assert shown(instance) == {RULE: False, RATE: False}

    by_hand(lake, passed=True)
    assert sensor.tick() == "3 new reports in the ledger"
    look(watchers=NOBODY, now=lambda: now + 10).run()
    look(watchers=NOBODY, now=lambda: now + 311).run()

    assert shown(instance) == {RULE: True, RATE: True}
    titles = [body["title"] for body in webhook.accepted]
    assert titles == ["[warning] Messages are set aside", "[all clear] Messages are set aside"]


def test_what_breaks_rules_in_a_pass_by_hand_is_told(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook, lake: str
) -> None:
    sensor = Sensor(instance)
    a_pass(instance, FakeRunner())
    look(watchers=NOBODY).run()

    by_hand(lake, passed=False)
    sensor.tick()
    look(watchers=NOBODY).run()

    assert [body["title"] for body in webhook.accepted] == ["[warning] Messages are set aside"]


def test_a_pass_by_hand_leaves_the_hub_no_backlog_and_a_table_put_back_makes_one(instance: dg.DagsterInstance, lake: str) -> None:
    """So no pass is started for what is there, and one is for what is gone."""
    sensor = Sensor(instance)
    a_pass(instance, FakeRunner())

    by_hand(lake, passed=True, version=4, end=12)
    sensor.tick()
    by_pass = committed_positions(instance)
    by_hand(lake, passed=True, version=5, end=7)
    sensor.tick()

    assert (by_pass, committed_positions(instance)) == ({"orders-1": {"0": 12}}, {"orders-1": {"0": 7}})


def test_dagsters_own_passes_are_left_to_their_runs(instance: dg.DagsterInstance, lake: str) -> None:
    a_pass(instance, FakeRunner(lake=Path(lake)))

    assert Sensor(instance).tick() == "no new reports in the ledger"


def test_a_pass_by_hand_that_dagster_has_overtaken_changes_nothing(instance: dg.DagsterInstance, lake: str) -> None:
    """Its answers are older than those that are shown."""
    sensor = Sensor(instance)
    by_hand(lake, passed=False, version=2)
    a_pass(instance, _Done(datetime.now(UTC)))

    sensor.tick()

    assert shown(instance) == {RULE: True, RATE: True}


class _Done(FakeRunner):
    """A pass that was done at that moment."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def reports(self, work: Work) -> Iterator[Told]:
        for report in super().reports(work):
            assert isinstance(report, TableReport)
            yield replace(report, finished_at=self._at)
