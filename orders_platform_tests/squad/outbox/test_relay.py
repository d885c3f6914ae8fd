"""One batch: what arrives is marked, what fails closes its partition alone, what is at fault itself waits alone."""

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from orders_platform.hub.lanes import Reason
from orders_platform.squad.outbox.metrics import RelayMetrics
from orders_platform.squad.outbox.relay import Moved, Relay
from orders_platform.squad.outbox.store import STUCK_ATTEMPTS
from orders_platform_tests.squad.outbox.fakes import Fault, MemoryHub, MemoryOutbox


class Stage:
    """A relay by a clock of the test's own, over an outbox and a hub in memory."""

    def __init__(self) -> None:
        self.now = 0.0
        self.outbox, self.hub = MemoryOutbox(lambda: self.now), MemoryHub()
        self.relay = Relay(RelayMetrics(), clock=lambda: self.now, dice=lambda: 0.5)

    def fill(self, *orders: str) -> None:
        for number, order in enumerate(orders, start=len(self.outbox.rows) + 1):
            version = 1 + sum(kept.row.order_id == order for kept in self.outbox.rows)
            self.outbox.add(number, order, version)

    def move(self) -> Moved:
        self.hub.tried, self.outbox.waits = [], []
        return self.relay.move(self.outbox, self.hub)

    def waiting(self) -> list[int]:
        return [kept.row.id for kept in self.outbox.waiting()]

    @property
    def registry(self) -> CollectorRegistry:
        return self.relay.metrics.registry


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_all_is_sent_and_marked_when_nothing_fails(stage: Stage) -> None:
    stage.fill("0", "1", "0", "2")

    assert stage.move() == Moved(taken=4, sent=4)

    assert stage.hub.arrived == {"0": [b"0 1", b"0 2"], "1": [b"1 1"], "2": [b"2 1"]}
    assert stage.waiting() == []
    assert stage.registry.get_sample_value("relay_published_total") == 4


def test_nothing_is_sent_when_nothing_waits(stage: Stage) -> None:
    assert stage.move() == Moved()


def test_a_partition_that_fails_is_closed_and_the_others_go_on(stage: Stage) -> None:
    stage.fill("0", "1")
    stage.hub.faults["0"] = Fault()

    assert stage.move() == Moved(taken=2, sent=1)
    stage.now = 0.05
    stage.fill("0", "3", "1")
    assert stage.move() == Moved(taken=2, sent=1)

    assert stage.hub.tried == ["1"]
    assert stage.waiting() == [1, 3, 4]


def test_events_of_a_closed_partition_wait_as_long_as_it_and_count_no_try(stage: Stage) -> None:
    stage.fill("0")
    stage.hub.faults["0"] = Fault()
    stage.move()
    stage.fill("3")

    stage.move()

    [late] = stage.outbox.waits
    assert (late.seconds, late.tried) == (0.1, False)
    assert [kept.row.attempts for kept in stage.outbox.rows] == [1, 0]


def test_an_event_that_is_at_fault_itself_holds_its_order_back_alone(stage: Stage) -> None:
    stage.fill("0", "0", "3", "1")
    stage.hub.too_large.add("0")

    assert stage.move() == Moved(taken=4, sent=2)

    assert stage.relay.all_closed_for(stage.hub) == stage.relay.gate.closed_for("0") == 0
    assert stage.waiting() == [1, 2]


def test_its_wait_grows_with_its_own_tries(stage: Stage) -> None:
    stage.fill("0")
    stage.hub.too_large.add("0")
    waits = []
    for _ in range(4):
        stage.move()
        waits.append(stage.outbox.waits[0].seconds)
        stage.now += 60

    assert waits == [0.1, 0.2, 0.4, 0.8]


def test_an_event_at_fault_waits_the_longer_time_when_its_partition_closes_too(stage: Stage) -> None:
    stage.fill("3")
    stage.hub.faults["0"] = Fault()
    for _ in range(3):
        stage.move()
        stage.now += 60
    stage.fill("0")
    stage.hub.too_large.add("0")

    stage.move()

    assert {late.row.order_id: late.seconds for late in stage.outbox.waits} == {"3": 0.8, "0": 0.8}


def test_an_answer_that_got_lost_makes_it_sent_again(stage: Stage) -> None:
    stage.fill("0", "0")
    stage.hub.faults["0"] = Fault(Reason.UNREACHABLE, after=1, lost=1)
    stage.move()
    stage.hub.faults.clear()
    stage.now = 1

    stage.move()

    assert stage.hub.arrived == {"0": [b"0 1", b"0 2", b"0 2"]}
    assert stage.waiting() == []


@pytest.mark.parametrize(("reason", "is_doubtful"), [(Reason.THROTTLED, False), (Reason.UNREACHABLE, True), (Reason.OTHER, True)])
def test_the_connection_is_in_doubt_when_none_arrived_unless_the_hub_is_only_busy(
    stage: Stage, reason: Reason, *, is_doubtful: bool
) -> None:
    stage.fill("0")
    stage.hub.faults["0"] = Fault(reason)

    assert stage.move().is_doubtful == is_doubtful


def test_the_connection_is_not_in_doubt_when_an_event_is_at_fault_itself_or_another_arrived(stage: Stage) -> None:
    stage.fill("0")
    stage.hub.too_large.add("0")
    assert not stage.move().is_doubtful

    stage.fill("1", "2")
    stage.hub.faults["1"] = Fault(Reason.UNREACHABLE)
    assert not stage.move().is_doubtful


def test_failures_are_counted_by_their_reason(stage: Stage) -> None:
    stage.fill("0", "1", "1")
    stage.hub.too_large.add("0")
    stage.hub.faults["1"] = Fault()

    stage.move()

    reasons = {reason: stage.registry.get_sample_value("relay_failures_total", {"reason": reason}) for reason in Reason}
    assert {reason: count for reason, count in reasons.items() if count} == {Reason.TOO_LARGE: 1, Reason.THROTTLED: 2}


def test_an_outage_is_told_when_it_begins_and_when_it_ends(stage: Stage) -> None:
    stage.fill("0")
    stage.hub.faults["0"] = Fault()
    with capture_logs() as told:
        for _ in range(3):
            stage.move()
            stage.now += 60
        stage.hub.faults.clear()
        stage.move()

    assert [(line["event"], line["partition"]) for line in told] == [("partition_fails", "0"), ("partition_works_again", "0")]


def test_an_event_is_told_once_as_stuck_and_tried_on(stage: Stage) -> None:
    stage.fill("0")
    stage.hub.too_large.add("0")
    with capture_logs() as told:
        for _ in range(STUCK_ATTEMPTS + 5):
            stage.move()
            stage.now += 60

    assert [(line["event"], line["order_id"]) for line in told] == [("events_stuck", "0")]
    assert stage.outbox.rows[0].row.attempts == STUCK_ATTEMPTS + 5
