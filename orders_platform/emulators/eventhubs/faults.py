"""Faults on demand, so that tests can see what clients make of them. Call from the server's own loop."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.log import PartitionLog


class Breakable(Protocol):
    """A client's connection, as far as it can be broken."""

    def abort(self) -> None:
        """Cut the wire without a word."""

    def detach_links(self, log: PartitionLog | None) -> None:
        """Detach producers and consumers with `amqp:link:detach-forced`: of one partition, or all."""


@dataclass(slots=True)
class _Throttle:
    until_s: float
    log: PartitionLog | None

    def holds(self, log: PartitionLog, now_s: float) -> bool:
        return now_s < self.until_s and (self.log is None or self.log is log)


class Faults:
    """What goes wrong at present; nothing, unless a test says so."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Time comes from `clock`, in seconds."""
        self._clock = clock
        self._throttles: list[_Throttle] = []
        self._busy_sends = 0
        self.disposition_delay_s = 0.0
        self.connections: set[Breakable] = set()

    def drop_connections(self) -> int:
        """Cut every client's connection; how many there were."""
        broken = list(self.connections)
        for connection in broken:
            connection.abort()
        return len(broken)

    def detach_links(self, partition: PartitionLog | None = None) -> None:
        """Force every producer and consumer off, or those of one partition."""
        for connection in list(self.connections):
            connection.detach_links(partition)

    def busy(self, sends: int) -> None:
        """Answer the next `sends` messages of producers with `com.microsoft:server-busy`; nothing of them is stored."""
        self._busy_sends = sends

    def throttle(self, seconds: float, partition: PartitionLog | None = None) -> None:
        """For so long refuse sends as busy and deliver nothing: on one partition, or on all."""
        self._throttles.append(_Throttle(self._clock() + seconds, partition))

    def delay_dispositions(self, seconds: float) -> None:
        """Store at once, but answer producers only after so long; 0 ends it."""
        self.disposition_delay_s = seconds

    def cut_tail(self, hub: Hub, partition_id: str, count: int) -> None:
        """Lose the newest `count` events of a partition, as a machine would that lost its power."""
        log = hub.partition(partition_id)
        if log is not None:
            log.cut_tail(count)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._throttles.clear()
        self._busy_sends = 0
        self.disposition_delay_s = 0.0

    def refuses_send(self, log: PartitionLog) -> bool:
        """Whether a message for this partition is to be refused as busy; counts it."""
        if self._busy_sends > 0:
            self._busy_sends -= 1
            return True
        return self.throttled_for(log) > 0

    def throttled_for(self, log: PartitionLog) -> float:
        """Seconds for which the partition still delivers nothing."""
        now_s = self._clock()
        self._throttles = [throttle for throttle in self._throttles if now_s < throttle.until_s]
        return max((throttle.until_s - now_s for throttle in self._throttles if throttle.holds(log, now_s)), default=0.0)
