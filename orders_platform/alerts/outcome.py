"""What becomes of a message, and who brings it."""

from dataclasses import dataclass
from typing import Protocol

from orders_platform.alert_settings import Address
from orders_platform.alerts.message import Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message.

    Attributes:
        said: why it was not delivered; None where it was.
        wait_seconds: how long the address asks to be left alone, at least.
    """

    said: str | None = None
    wait_seconds: float = 0.0


class Sender(Protocol):
    """Brings a message to an address."""

    def send(self, address: Address, message: Message) -> Outcome:
        """Try it once. It ends within seconds where the other side lets it."""
