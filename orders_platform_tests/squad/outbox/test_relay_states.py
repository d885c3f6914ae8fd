"""Whatever fails, in whatever turn: each event ends in the hub, and an order's events come there in their order."""

from collections import Counter, defaultdict

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from orders_platform.hub.lanes import Reason
from orders_platform.squad.outbox.gate import FIRST_SECONDS, LONGEST_SECONDS
from orders_platform.squad.outbox.metrics import RelayMetrics
from orders_platform.squad.outbox.relay import Relay
from orders_platform_tests.squad.outbox.fakes import LANES, Fault, MemoryHub, MemoryOutbox

ORDERS = tuple("0123456")
PARTITIONS = st.sampled_from(LANES)
FAULTS = st.builds(
    Fault, st.sampled_from([Reason.THROTTLED, Reason.UNREACHABLE, Reason.OTHER]), st.integers(0, 2), st.integers(0, 2)
)
ROUNDS = 50


class Moving(RuleBasedStateMachine):
    """Writers, a hub that breaks and mends, a database that forgets marks, and a relay between them."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.roll = 0.0, 0.5
        self.outbox, self.hub = MemoryOutbox(lambda: self.now), MemoryHub()
        self.relay = Relay(RelayMetrics(), clock=lambda: self.now, dice=lambda: self.roll)
        self.next_id, self.versions = 0, defaultdict[str, int](int)
        self.uncommitted: dict[str, tuple[int, int]] = {}
        self.failures, self.opens_at = defaultdict[str, int](int), defaultdict[str, float](float)

    @rule(order=st.sampled_from(ORDERS))
    def write(self, order: str) -> None:
        """A writer locks the order: the next one waits for its end."""
        if order not in self.uncommitted:
            self.next_id, self.versions[order] = self.next_id + 1, self.versions[order] + 1
            self.uncommitted[order] = (self.next_id, self.versions[order])

    @rule(order=st.sampled_from(ORDERS))
    def commit(self, order: str) -> None:
        if order in self.uncommitted:
            row_id, version = self.uncommitted.pop(order)
            self.outbox.add(row_id, order, version)

    @rule(orders=st.lists(st.sampled_from(ORDERS), min_size=1, max_size=8))
    def place(self, orders: list[str]) -> None:
        """Written, committed and seen at once, as most are."""
        for order in orders:
            self.write(order)
            self.commit(order)
        self.move()

    @rule(lane=PARTITIONS, fault=FAULTS)
    def fail(self, lane: str, fault: Fault) -> None:
        """A partition, from now on."""
        self.hub.faults[lane] = fault

    @rule(lane=PARTITIONS)
    def mend(self, lane: str) -> None:
        self.hub.faults.pop(lane, None)

    @rule(order=st.sampled_from(ORDERS), is_too_large=st.booleans())
    def resize(self, order: str, *, is_too_large: bool) -> None:
        (self.hub.too_large.add if is_too_large else self.hub.too_large.discard)(order)

    @rule(seconds=st.floats(0, 0.3) | st.floats(0, 70))
    def advance(self, seconds: float) -> None:
        self.now += seconds

    @rule(roll=st.floats(0.01, 1, exclude_max=True) | st.just(0.0))
    def throw(self, roll: float) -> None:
        self.roll = roll

    @rule()
    def move(self) -> None:
        open_lanes = {lane for lane in LANES if self.opens_at[lane] <= self.now}
        free = [
            row.id
            for row in self.outbox.due()
            if (lane := self.hub.lane_of(row.order_id)) in open_lanes
            and lane not in self.hub.faults
            and row.order_id not in self.hub.too_large
        ]

        self._moved()

        assert set(self.hub.tried) <= open_lanes, "a closed partition was sent to"
        assert {kept.row.id for kept in self.outbox.rows if kept.is_published} >= set(free), "others were held back"

    @rule()
    def move_and_lose_the_marks(self) -> None:
        """The relay dies between the hub's answer and its note; another one begins, with all partitions open."""
        self.outbox.marks_fail = True
        if self.outbox.due() and self._would_send():
            with pytest.raises(psycopg.OperationalError):
                self.relay.move(self.outbox, self.hub)
            self.relay = Relay(RelayMetrics(), clock=lambda: self.now, dice=lambda: self.roll)
            self.failures.clear()
            self.opens_at.clear()
        self.outbox.marks_fail = False

    def _would_send(self) -> bool:
        return any(self.opens_at[self.hub.lane_of(row.order_id)] <= self.now for row in self.outbox.due())

    def _moved(self) -> None:
        """One batch; what the doors must do after it is worked out here a second time."""
        self.hub.tried, self.outbox.waits = [], []
        self.relay.move(self.outbox, self.hub)
        in_vain = Counter(self.hub.lane_of(late.row.order_id) for late in self.outbox.waits if late.tried)
        failed = Counter(
            self.hub.lane_of(late.row.order_id)
            for late in self.outbox.waits
            if late.tried and late.row.order_id not in self.hub.too_large
        )
        for lane, count in Counter(self.hub.tried).items():
            self.failures[lane] = (0 if count > in_vain[lane] else self.failures[lane]) + bool(failed[lane])
            if failed[lane]:
                limit = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(self.failures[lane] - 1, 9))
                self.opens_at[lane] = self.now + self.roll * limit

    @invariant()
    def an_orders_first_appearances_are_in_the_order_of_its_versions(self) -> None:
        for order, bodies in self.hub.arrived.items():
            first = list(dict.fromkeys(bodies))
            assert first == [f"{order} {version}".encode() for version in range(1, len(first) + 1)]

    @invariant()
    def what_is_marked_has_arrived(self) -> None:
        published = [kept.row for kept in self.outbox.rows if kept.is_published]
        assert all(row.body in self.hub.arrived.get(row.order_id, []) for row in published)

    @invariant()
    def waits_are_within_their_limit(self) -> None:
        assert all(0 <= late.seconds <= LONGEST_SECONDS for late in self.outbox.waits)

    def teardown(self) -> None:
        """All is mended: within a few minutes all arrives."""
        for order in list(self.uncommitted):
            self.commit(order)
        self.hub.faults.clear()
        self.hub.too_large.clear()
        for _ in range(ROUNDS):
            self.move()
            self.now += LONGEST_SECONDS
            if not self.outbox.waiting():
                break

        self.an_orders_first_appearances_are_in_the_order_of_its_versions()
        arrived = {body for bodies in self.hub.arrived.values() for body in bodies}
        assert arrived == {kept.row.body for kept in self.outbox.rows}
        assert self.outbox.waiting() == []


TestMoving = Moving.TestCase
TestMoving.settings = settings(max_examples=250, stateful_step_count=50)
