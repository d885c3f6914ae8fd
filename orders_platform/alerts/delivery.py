"""Delivers what waits in the store: every address by itself, an incident's messages in their order, each until it has arrived."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Final

import structlog

from orders_platform.alert_settings import SEVERITIES, Address, AlertSettings
from orders_platform.alerts.outcome import Outcome, Sender
from orders_platform.alerts.signal import Severity
from orders_platform.alerts.store import LONGEST_WAIT_SECONDS, AlertStore, Due, digest
from orders_platform.backoff import Dice, full_jitter

# so that an alert is late by seconds where a service only hiccups
FIRST_WAIT_SECONDS: Final = 10.0
_KEEP_SECONDS: Final = 90 * 86_400.0
_LOG = structlog.get_logger("orders.alerts")


# None: the address is done
_Told = tuple[Address, Due | None, Outcome]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a loop came to: messages that arrived, tries in vain."""

    sent: int = 0
    failed: int = 0


@dataclass(slots=True)
class _Errand:
    """What one thread does: an address's messages, one after the other, until one fails or time is up.

    Attributes:
        messages: those of which nothing was told yet.
    """

    sender: Sender
    address: Address
    messages: list[Due]

    def run(self, until: float, told: "SimpleQueue[_Told]") -> None:
        """Tell of each, and at last that this address is done."""
        try:
            for each in tuple(self.messages):
                if time.monotonic() >= until or self._tell(each, told).said is not None:
                    break
        finally:
            told.put((self.address, None, Outcome()))

    def _tell(self, each: Due, told: "SimpleQueue[_Told]") -> Outcome:
        outcome = Outcome("a fault of the program that speaks to this service: the log has it")
        try:
            outcome = self.sender.send(self.address, each.message)
        finally:
            told.put((self.address, each, outcome))
        return outcome


@dataclass(frozen=True, slots=True)
class Delivery:
    """A loop's means.

    Attributes:
        seconds: how long a loop may take. No try begins in its second half, so that one at work can end by itself.
        now: seconds since 1970.
    """

    store: AlertStore
    settings: AlertSettings
    sender: Sender
    seconds: float = 30.0
    now: Callable[[], float] = time.time
    dice: Dice = random.random

    def run(self) -> Delivered:
        """Deliver what may be delivered now. Raises EnvironmentFault where the store does not serve."""
        by_digest = {digest(one.url): one for one in self.settings.addresses}
        self.store.address({name: least(one) for name, one in by_digest.items()}, self.now())
        quiet = self.settings.quiet
        is_quiet = quiet is not None and quiet.holds(datetime.fromtimestamp(self.now(), UTC))
        due = {name: self.store.due(name, self.now(), is_quiet=is_quiet) for name in by_digest}
        came = self._sent({by_digest[name]: messages for name, messages in due.items() if messages})
        self.store.purge(self.now() - _KEEP_SECONDS)
        return came

    def _sent(self, due: dict[Address, list[Due]]) -> Delivered:
        """Send to all addresses at once, and note each outcome as it comes: no message is forgotten but those on their way."""
        errands = {address: _Errand(self.sender, address, messages) for address, messages in due.items()}
        told: SimpleQueue[_Told] = SimpleQueue()
        began = time.monotonic()
        for errand in errands.values():
            # a thread that a service holds up must not hold up the process's end
            threading.Thread(target=errand.run, args=(began + self.seconds / 2, told), daemon=True).start()
        outcomes = []
        with suppress(Empty):
            while errands:
                address, tried, outcome = told.get(timeout=max(0.0, began + self.seconds - time.monotonic()))
                if tried is None:
                    del errands[address]
                    continue
                self._note(address, tried, outcome)
                errands[address].messages.remove(tried)
                outcomes.append(outcome)
        late = Outcome(f"it took longer than {self.seconds:.0f} s")
        for address, errand in errands.items():
            self._note(address, errand.messages[0], late)
            outcomes.append(late)
        failed = sum(outcome.said is not None for outcome in outcomes)
        return Delivered(len(outcomes) - failed, failed)

    def _note(self, address: Address, tried: Due, outcome: Outcome) -> None:
        if outcome.said is None:
            self.store.mark(digest(address.url), tried.edge_id, self.now())
            return
        _LOG.warning("alert_not_delivered", address=address.name, attempts=tried.attempts + 1, said=outcome.said)
        self.store.postpone(digest(address.url), tried, self.now() + self._wait(tried, outcome), outcome.said)

    def _wait(self, tried: Due, outcome: Outcome) -> float:
        seconds = full_jitter(tried.attempts + 1, self.dice, first=FIRST_WAIT_SECONDS, longest=LONGEST_WAIT_SECONDS)
        return min(LONGEST_WAIT_SECONDS, max(seconds, outcome.wait_seconds))


def least(address: Address) -> Severity:
    """The least severity that an address is sent."""
    return Severity(SEVERITIES.index(address.severity) + 1)
