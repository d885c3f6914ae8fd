"""A loop over a store as the sensor runs it, by a clock and dice of the test's, with the real apprise."""

from dataclasses import dataclass, field
from functools import cache

from orders_platform.alert_settings import AlertSettings
from orders_platform.alerts.delivery import Delivered, Delivery
from orders_platform.alerts.message import Links
from orders_platform.alerts.outcome import Sender
from orders_platform.alerts.sending import AppriseSender
from orders_platform.alerts.signal import Signal
from orders_platform.alerts.store import AlertStore
from orders_platform_tests.alerts.builders import Clock, Names


@cache
def _sender() -> AppriseSender:
    """One for all tests: it takes most of a second to make."""
    return AppriseSender()


@dataclass
class Loop:
    """A loop as the sensor runs it, by a clock and dice of the test's."""

    store: AlertStore
    settings: AlertSettings
    clock: Clock = field(default_factory=Clock)
    sender: Sender = field(default_factory=_sender)
    names: Names = field(default_factory=Names)
    seconds: float = 30.0

    def find(self, *signals: Signal) -> None:
        self.store.take_in(signals, self.clock(), Links(), new_id=self.names)

    def deliver(self) -> Delivered:
        return Delivery(self.store, self.settings, self.sender, self.seconds, self.clock, dice=lambda: 0.999).run()

    def later(self, seconds: float) -> Delivered:
        self.clock.at += seconds
        return self.deliver()
