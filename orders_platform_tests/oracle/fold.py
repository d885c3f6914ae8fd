"""Bronze folded message by message to what silver must hold, in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from orders_platform_tests.oracle.facts import Event, Message, Position
from orders_platform_tests.oracle.verdicts import judge

CONFLICT = "same_id_same_body"


@dataclass(slots=True)
class Silver:
    """What silver must hold.

    Attributes:
        events: valid events by id, the first of each.
        positions: the position in bronze at which each of them stands.
        orders: each order at its highest version.
        versions: the versions seen of each order.
        quarantine: reasons by position.
        duplicates: messages that repeat a standing event, byte for byte.
    """

    events: dict[str, Event] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    orders: dict[str, Event] = field(default_factory=dict)
    versions: dict[str, set[int]] = field(default_factory=dict)
    quarantine: dict[Position, frozenset[str]] = field(default_factory=dict)
    duplicates: list[Position] = field(default_factory=list)

    def stand(self, event: Event, position: Position) -> None:
        """Let an event stand: it is its order's state when no higher version is known."""
        self.events[event.event_id] = event
        self.positions[event.event_id] = position
        self.versions.setdefault(event.order_id, set()).add(event.order_version)
        known = self.orders.get(event.order_id)
        if known is None or event.order_version > known.order_version:
            self.orders[event.order_id] = event

    @property
    def gaps(self) -> dict[str, list[int]]:
        """Versions below an order's highest that never came, by order."""
        missing = {order: sorted(set(range(1, max(seen))) - seen) for order, seen in self.versions.items()}
        return {order: versions for order, versions in missing.items() if versions}


def fold(messages: Iterable[Message], zone: ZoneInfo) -> Silver:
    """Take the messages in their order of arrival; the shop's time zone dates the orders."""
    silver = Silver()
    bodies: dict[str, bytes | None] = {}
    for message in sorted(messages, key=lambda message: message.arrival):
        event, reasons = judge(message.value, zone)
        if event is None:
            silver.quarantine[message.position] = reasons
        elif event.event_id not in bodies:
            bodies[event.event_id] = message.value
            silver.stand(event, message.position)
        elif bodies[event.event_id] == message.value:
            silver.duplicates.append(message.position)
        else:
            silver.quarantine[message.position] = frozenset({CONFLICT})
    return silver
