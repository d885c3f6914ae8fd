"""Over random histories, each edge arrives once at a real webhook."""

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders_platform.alerts.database import prepared
from orders_platform.alerts.signal import Severity, Signal
from orders_platform.alerts.store import LONGEST_WAIT_SECONDS, AlertStore
from orders_platform_tests.alerts.builders import RELAY, bad, good, told
from orders_platform_tests.alerts.loop import Loop
from orders_platform_tests.alerts.webhook import Webhook


class Crash(Exception):
    """The process is gone."""


@dataclass(frozen=True, slots=True)
class CrashingStore(AlertStore):
    """Loses its process where a test says so: before anything is sent, or between a message's arrival and its note."""

    fates: list[str] = field(default_factory=list)

    def address(self, addresses: Mapping[str, Severity], now: float) -> None:
        """Where the edges are stored, and nothing is sent."""
        AlertStore.address(self, addresses, now)
        self._meet("before")

    def mark(self, address: str, edge_id: int, now: float) -> None:
        """Where a message has arrived."""
        self._meet("after")
        AlertStore.mark(self, address, edge_id, now)

    def _meet(self, fate: str) -> None:
        if self.fates and self.fates[0] == fate:
            self.fates.pop(0)
            raise Crash


SIGNALS = [bad(), good(), bad(severity=Severity.CRITICAL), bad("job maintenance", RELAY), good("job maintenance", RELAY)]
STEPS = st.tuples(
    st.lists(st.sampled_from(SIGNALS), max_size=3),
    st.lists(st.sampled_from(["before", "after"]), max_size=2),
    st.sampled_from([1.0, 30.0, 900.0, 3700.0, -5000.0]),
    st.lists(st.sampled_from([200, 429, 500, 302]), max_size=2),
)


@given(st.lists(STEPS, max_size=8))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_edge_arrives_once_whatever_happens(
    webhook: Webhook, steps: list[tuple[list[Signal], list[str], float, list[int]]]
) -> None:
    """Given its key: two loops in turn, either killed before or after it has sent, a webhook that fails, a clock that jumps."""
    webhook.clear()
    with tempfile.TemporaryDirectory() as folder:
        store = CrashingStore(prepared(f"sqlite:///{folder}/alerts.db"))
        loop = Loop(store, told(webhook.url))
        for signals, fates, seconds, answers in steps:
            store.fates[:], webhook.answers[:] = fates, answers
            loop.find(*signals)
            for passed in (0.0, seconds):
                with suppress(Crash):
                    loop.later(passed)
        store.fates.clear()
        webhook.answers.clear()
        loop.later(LONGEST_WAIT_SECONDS + 1)
        with store.engine.connect() as connection:
            edges = connection.exec_driver_sql("select key from alert_edges order by id").scalars().all()
        store.engine.dispose()

    assert sorted(body["key"] for body in webhook.once) == sorted(edges)
    for name in {key.rpartition("-")[0] for key in edges}:
        ours = [body["key"] for body in webhook.once if body["key"].startswith(f"{name}-")]
        assert ours == [key for key in edges if key.startswith(f"{name}-")]
