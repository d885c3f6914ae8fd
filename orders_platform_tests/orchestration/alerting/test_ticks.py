"""Looks of sensors that fail, over Dagster's own records."""

import dagster as dg
import pytest

from orders_platform.alerts.signal import Severity, State
from orders_platform.orchestration.alerting.ticks import GoodLook, good_looks, tick_signals
from orders_platform.orchestration.alerting.topics import PROGRESS
from orders_platform_tests.orchestration.alerting.ticks_history import stopped, ticked, watched


@pytest.fixture(autouse=True)
def _no_ticks(instance: dg.DagsterInstance) -> None:
    """An instance that is wiped keeps them."""
    instance.wipe_all_schedules()


NAMES = {"hub_backlog", "backup_sensor", "alerting"}


def test_a_sensor_that_fails_is_bad_and_grave_after_three_times(instance: dg.DagsterInstance) -> None:
    state = watched(instance, "hub_backlog")
    ticked(instance, state, "SKIPPED", 10.0)
    said, topics = [], set()
    for at in (20.0, 30.0, 40.0):
        ticked(instance, state, "FAILURE", at)
        [signal] = tick_signals(instance, NAMES)
        topics.add(signal.topic)
        said.append((signal.said, signal.severity, signal.since))

    assert said == [
        ("sensor hub_backlog failed, once", Severity.WARNING, 20.0),
        ("sensor hub_backlog failed, 2 times in a row", Severity.WARNING, 20.0),
        ("sensor hub_backlog failed, 3 times in a row", Severity.CRITICAL, 20.0),
    ]
    assert topics == {PROGRESS}


def test_a_look_that_ends_well_is_good_and_one_at_work_says_nothing(instance: dg.DagsterInstance) -> None:
    state = watched(instance, "backup_sensor")
    ticked(instance, state, "FAILURE", 10.0)
    ticked(instance, state, "STARTED", 20.0)
    [bad] = tick_signals(instance, NAMES)
    ticked(instance, state, "SUCCESS", 30.0)
    [good] = tick_signals(instance, NAMES)

    assert (bad.state, good.state) == (State.BAD, State.GOOD)
    assert bad.topic.title == "Sensor backup_sensor fails"


def test_a_sensor_that_somebody_stopped_fails_no_more(instance: dg.DagsterInstance) -> None:
    state = watched(instance, "backup_sensor")
    ticked(instance, state, "FAILURE", 10.0)
    stopped(instance, state)

    [signal] = tick_signals(instance, NAMES)

    assert signal.state is State.GOOD
    assert good_looks(instance) == []


def test_what_is_not_ours_and_the_alerts_own_sensor_are_left_alone(instance: dg.DagsterInstance) -> None:
    for name in ("alerting", "somebody_elses"):
        ticked(instance, watched(instance, name), "FAILURE", 10.0)
    watched(instance, "hub_backlog")

    assert list(tick_signals(instance, NAMES)) == []


def test_the_last_good_look_of_each_running_sensor_is_known(instance: dg.DagsterInstance) -> None:
    first, second = watched(instance, "hub_backlog"), watched(instance, "alerting")
    for status, at in (("SKIPPED", 10.0), ("SUCCESS", 20.0), ("FAILURE", 30.0), ("STARTED", 40.0)):
        ticked(instance, first, status, at)
    ticked(instance, second, "FAILURE", 10.0)

    assert good_looks(instance) == [GoodLook("alerting", None), GoodLook("hub_backlog", 20.0)]
