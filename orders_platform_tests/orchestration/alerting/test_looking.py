"""Looks over Dagster's own records, with real runs: what goes wrong arrives once at a real webhook, and so does its end."""

import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

# exported nowhere else
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned

from orders_platform.alerts.database import lead
from orders_platform.alerts.signal import Severity, Signal, State
from orders_platform.errors import EnvironmentFault
from orders_platform.orchestration.alerting.looking import found
from orders_platform.orchestration.alerting.sensor import alerting_sensor, look_and_tell
from orders_platform.orchestration.jobs import JOB_NAME, MAINTENANCE_JOB_NAME
from orders_platform.orchestration.specs import OUTBOX, asset_key
from orders_platform.settings import Settings
from orders_platform_tests.alerts.webhook import Webhook
from orders_platform_tests.orchestration.alerting.conftest import MakeLook
from orders_platform_tests.orchestration.fakes import FakeRunner
from orders_platform_tests.orchestration.histories import STATUS, a_pass, ended, recorded

BROKEN = ["silver.order_events lines_present", "silver.order_events known_type", "silver.quarantine quarantine_rate"]
SETTLED = 301.0


def titles(webhook: Webhook) -> list[str]:
    return [body["title"] for body in webhook.accepted]


def lines(webhook: Webhook, number: int = -1) -> list[str]:
    told: list[str] = webhook.accepted[number]["message"].splitlines()
    return told


def answered(instance: dg.DagsterInstance, name: str, *, passed: bool, asset: dg.AssetKey | None = None, **metadata: Any) -> None:
    """A check's answer, as a job that runs all along has it shown."""
    evaluation = dg.AssetCheckEvaluation(
        asset_key=asset or asset_key("silver.order_events"),
        check_name=name,
        passed=passed,
        metadata=metadata,
        severity=dg.AssetCheckSeverity.WARN,
    )
    instance.report_runless_asset_event(evaluation)


def test_nothing_is_told_where_nothing_ever_ran(webhook: Webhook, look: MakeLook) -> None:
    """Checks that were never run are no news."""
    assert look().run() == "0 incidents open, 0 news; 0 messages delivered, 0 in vain"
    assert webhook.came == []


def test_messages_set_aside_by_many_rules_are_one_incident(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook
) -> None:
    a_pass(instance, FakeRunner(failing=BROKEN))
    answered(instance, "lines_present", passed=False, messages=dg.MetadataValue.int(10_000), sample=dg.MetadataValue.json(["x"]))

    assert look().run() == "1 incidents open, 1 news; 1 messages delivered, 0 in vain"
    assert look().run() == "1 incidents open, 0 news; 0 messages delivered, 0 in vain"

    assert titles(webhook) == ["[warning] Messages are set aside"]
    assert sorted(lines(webhook)[:3]) == [
        "- check silver.order_events known_type fails: count 1, share 0.5",
        "- check silver.order_events lines_present fails: messages 10,000",
        "- check silver.quarantine quarantine_rate fails: count 1, share 0.5",
    ]


def test_what_failed_and_passed_again_between_two_looks_is_told(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook
) -> None:
    """A pass sets messages aside, the next one meets none."""
    a_pass(instance, FakeRunner())
    look().run()
    answered(instance, "lines_present", passed=False, messages=dg.MetadataValue.int(10_000))
    answered(instance, "lines_present", passed=True)
    now = time.time()

    look(now=lambda: now).run()
    assert titles(webhook) == ["[warning] Messages are set aside"]
    assert lines(webhook)[0] == "- check silver.order_events lines_present fails: messages 10,000"

    look(now=lambda: now + SETTLED).run()
    look(now=lambda: now + 2 * SETTLED).run()
    assert titles(webhook)[1:] == ["[all clear] Messages are set aside"]


def test_a_check_that_blocks_is_grave_and_its_run_is_no_incident_of_its_own(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook
) -> None:
    a_pass(instance, FakeRunner(failing=["gold.daily_sales agrees_with_events"]))

    look().run()

    assert titles(webhook) == ["[critical] Check gold.daily_sales agrees_with_events fails"]


def test_an_outbox_that_waits_is_told(webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook) -> None:
    answered(instance, "outbox_lag", passed=False, asset=OUTBOX, waiting=dg.MetadataValue.int(7), oldest_seconds=90.0)
    look().run()
    answered(instance, "outbox_lag", passed=True, asset=OUTBOX)
    look().run()

    assert titles(webhook) == ["[warning] Events wait in the squad's outbox", "[all clear] Events wait in the squad's outbox"]
    assert lines(webhook, 0)[0] == "- check squad.outbox outbox_lag fails: oldest_seconds 90.0, waiting 7"


def test_passes_that_fail_are_one_incident_which_grows_grave_and_ends(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook
) -> None:
    for _ in range(5):
        ended(instance, STATUS.FAILURE)
        look().run()
    ended(instance, STATUS.CANCELED)
    look().run()
    ended(instance, STATUS.SUCCESS)
    look().run()

    assert titles(webhook) == [f"[{head}] Orders do not reach the tables" for head in ("warning", "critical", "all clear")]
    assert lines(webhook, 1)[0] == "- job full_pass failed, 2 times in a row"


def test_a_check_that_raises_is_told_by_its_run(webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook) -> None:
    @dg.asset_check(asset=OUTBOX)
    def raises() -> dg.AssetCheckResult:
        raise ValueError("a customer's name")

    job = dg.define_asset_job("looks", selection=dg.AssetSelection.checks(raises))
    definitions = dg.Definitions(assets=[dg.AssetSpec(OUTBOX)], asset_checks=[raises], jobs=[job])
    definitions.resolve_job_def("looks").execute_in_process(instance=instance, raise_on_error=False)

    look(check_keys=[dg.AssetCheckKey(OUTBOX, "raises")]).run()

    assert titles(webhook) == ["[warning] Job looks fails"]
    assert "customer" not in webhook.accepted[0]["message"]


def test_a_check_whose_run_died_before_it_answered_stays_as_it_was_known(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook
) -> None:
    """One that was planned and never ran is no answer, neither a good nor a bad one."""
    planned(instance, "known_type")
    answered(instance, "lines_present", passed=False)
    look().run()
    planned(instance, "lines_present")

    assert look().run() == "1 incidents open, 0 news; 0 messages delivered, 0 in vain"
    assert lines(webhook)[0] == "- check silver.order_events lines_present fails"


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_the_newest_answer_counts_when_the_clock_is_set(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook, step: float
) -> None:
    """While a check fails there is no all-clear, whatever the time of its last good answer."""
    noon = time.time()
    answered_at(instance, noon, passed=True)
    look().run()
    for minute in (1, 2, 3):
        answered_at(instance, noon + step + 60 * minute, passed=False)
        look(now=lambda minute=minute: noon + step + 60 * minute).run()

    assert titles(webhook) == ["[warning] Events wait in the squad's outbox"]
    answered_at(instance, noon + step + 240, passed=True)
    look(now=lambda: noon + step + 240).run()
    assert titles(webhook)[1:] == ["[all clear] Events wait in the squad's outbox"]


def answered_at(instance: dg.DagsterInstance, at: float, *, passed: bool) -> None:
    """An answer of the outbox's check in a run, as of a moment by the clock of then."""
    answer = dg.AssetCheckEvaluation(
        asset_key=OUTBOX, check_name="outbox_lag", passed=passed, metadata={}, severity=dg.AssetCheckSeverity.WARN
    )
    run_id = planned(instance, "outbox_lag", OUTBOX)
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION.value
    instance.report_dagster_event(dg.DagsterEvent(kind, JOB_NAME, event_specific_data=answer), run_id, timestamp=at)


def planned(instance: dg.DagsterInstance, name: str, asset: dg.AssetKey | None = None) -> str:
    """A run that is to ask a check, and has not; its id."""
    run_id = recorded(instance, JOB_NAME, STATUS.STARTED)
    plan = AssetCheckEvaluationPlanned(asset_key=asset or asset_key("silver.order_events"), check_name=name)
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value
    instance.report_dagster_event(dg.DagsterEvent(kind, JOB_NAME, event_specific_data=plan), run_id)
    return run_id


def test_jobs_have_incidents_of_their_own(webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook) -> None:
    ended(instance, STATUS.FAILURE, job=MAINTENANCE_JOB_NAME)
    ended(instance, STATUS.SUCCESS)
    ended(instance, STATUS.FAILURE, job="reconciliation")

    look().run()

    assert sorted(titles(webhook)) == ["[warning] Job maintenance fails", "[warning] Job reconciliation fails"]


def test_a_part_that_cannot_be_watched_is_told_and_keeps_nothing_from_the_others() -> None:
    def breaks() -> list[Signal]:
        raise RuntimeError("storage is gone")

    complaints: list[str] = []
    signals = found({"runs": breaks, "tables": list}, 7.0, complaints.append)

    assert [(one.key, one.state, one.severity) for one in signals] == [
        ("watch runs", State.BAD, Severity.CRITICAL),
        ("watch tables", State.GOOD, Severity.CRITICAL),
    ]
    assert complaints == ["runs cannot be watched: RuntimeError: storage is gone"]


def test_a_look_beside_another_one_does_nothing(webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook) -> None:
    """A tick that was cut off goes on in the dark beside the next one."""
    ended(instance, STATUS.FAILURE)
    late = look()

    with lead(late.store.engine):
        assert look().run() == "another look is at work"
    assert late.run() == "1 incidents open, 1 news; 1 messages delivered, 0 in vain"
    assert len(webhook.came) == 1


def test_the_sensors_tick_tells_of_what_is_wrong(webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook) -> None:
    from orders_platform.definitions import defs

    ended(instance, STATUS.FAILURE, job=JOB_NAME)
    sensor = alerting_sensor(Settings.load())
    tick = sensor.evaluate_tick(dg.build_sensor_context(instance, repository_def=defs.get_repository_def()))

    assert (tick.run_requests, tick.skip_message) == ([], "1 incidents open, 1 news; 1 messages delivered, 0 in vain")
    assert titles(webhook) == ["[warning] Orders do not reach the tables"]


def test_a_tick_fails_when_the_store_does_not_serve(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that its page is red and the heartbeat grows old: nobody can be told by an alert."""
    from orders_platform.definitions import defs

    monkeypatch.setenv("ORDERS_ALERT_DATABASE_URL", f"postgresql://user:s3cret@/alerts?host={tmp_path}")
    context = dg.build_sensor_context(instance, repository_def=defs.get_repository_def())

    with pytest.raises(EnvironmentFault, match="the alert store does not serve"):
        look_and_tell(context)


@pytest.mark.parametrize(
    ("env", "status"),
    [
        ({}, dg.DefaultSensorStatus.STOPPED),
        ({"ORDERS_ALERT_URLS": "slack://a/b/c"}, dg.DefaultSensorStatus.RUNNING),
        ({"ORDERS_ALERT_DATABASE_URL": "postgresql://h/d"}, dg.DefaultSensorStatus.RUNNING),
    ],
    ids=["nobody", "somebody", "a store"],
)
def test_the_sensor_runs_where_somebody_is_told(env: dict[str, str], status: dg.DefaultSensorStatus) -> None:
    sensor = alerting_sensor(Settings.from_env(env))

    assert sensor.default_status is status
    assert ("ORDERS_ALERT_URLS" in (sensor.description or "")) is (status is dg.DefaultSensorStatus.STOPPED)
