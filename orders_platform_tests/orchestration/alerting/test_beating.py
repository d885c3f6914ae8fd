"""The heartbeat over Dagster's own records and a real store: it tells of a daemon that is gone within its limit."""

import threading
from http import HTTPStatus
from pathlib import Path

import dagster as dg
import pytest

from orders_platform.alerts.database import prepared
from orders_platform.alerts.heartbeat import Looks, Pulse
from orders_platform.alerts.store import AlertStore
from orders_platform.orchestration.alerting.beating import LOOP, Records
from orders_platform_tests.alerts.builders import START, Clock
from orders_platform_tests.orchestration.alerting.conftest import MakeLook
from orders_platform_tests.orchestration.alerting.ticks_history import stopped, ticked, watched

LIMIT = 180.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(instance: dg.DagsterInstance, tmp_path: Path, clock: Clock) -> Records:
    """An instance that is wiped keeps its ticks."""
    instance.wipe_all_schedules()
    return Records(AlertStore(prepared(f"sqlite:///{tmp_path}/alerts.db")), instance, Pulse(LIMIT, clock, clock))


def test_a_daemon_that_is_gone_is_told_within_the_limit(records: Records, instance: dg.DagsterInstance, clock: Clock) -> None:
    """While it lives all is noted every ten seconds; then nothing is."""
    state = watched(instance, "hub_backlog")
    alive = []
    for _ in range(30):
        clock.at += 10
        ticked(instance, state, "SKIPPED", clock.at)
        records.store.write_note(LOOP, {"at": clock.at})
        alive.append(records.take().status)

    assert set(alive) == {HTTPStatus.OK}
    clock.at += LIMIT
    assert records.take().status is HTTPStatus.OK
    clock.at += 1
    dead = records.take()
    assert (dead.status, dead.silent) == (HTTPStatus.SERVICE_UNAVAILABLE, ("alerts", "hub_backlog"))


def test_one_sensor_that_fails_all_along_is_silent(records: Records, instance: dg.DagsterInstance, clock: Clock) -> None:
    backlog, other = watched(instance, "hub_backlog"), watched(instance, "continuous_job")
    ticked(instance, backlog, "SUCCESS", START - LIMIT - 1)
    ticked(instance, backlog, "FAILURE", START)
    ticked(instance, other, "SUCCESS", START)
    records.store.write_note(LOOP, {"at": clock.at})

    assert records.take().silent == ("hub_backlog",)
    stopped(instance, backlog)
    assert records.take().status is HTTPStatus.OK


def test_a_look_of_the_alerts_beats(instance: dg.DagsterInstance, look: MakeLook) -> None:
    instance.wipe_all_schedules()
    one = look(now=Clock())
    one.run()

    assert Records(one.store, instance, Pulse(LIMIT, Clock())).looks() == {"alerts": START}


class Broken(Records):
    """Records that a test breaks."""

    error: BaseException | None = None
    hold: threading.Event | None = None

    def looks(self) -> Looks:
        if self.hold:
            self.hold.wait(10)
        raise self.error or RuntimeError("postgresql://user:s3cret@host")


def test_records_that_do_not_answer_are_no_heartbeat(records: Records) -> None:
    broken = Broken(records.store, records.instance, records.pulse)

    found = broken.take()

    assert (found.status, found.said) == (HTTPStatus.SERVICE_UNAVAILABLE, "the records do not answer: RuntimeError")


def test_records_that_hang_are_no_heartbeat(records: Records) -> None:
    broken = Broken(records.store, records.instance, records.pulse, seconds=0.05)
    broken.hold = threading.Event()

    found = broken.take()
    broken.hold.set()

    assert (found.status, found.said) == (HTTPStatus.SERVICE_UNAVAILABLE, "the records did not answer within 0.05 s")
