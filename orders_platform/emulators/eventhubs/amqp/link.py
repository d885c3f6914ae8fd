"""A link: one direction of messages between a peer and an entity. Its kinds stand in modules of their own."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from orders_platform.emulators.eventhubs.amqp.incoming import Attach, Flow, Transfer
from orders_platform.emulators.eventhubs.amqp.outgoing import MAX_MESSAGE_SIZE, AmqpError, LinkState
from orders_platform.emulators.eventhubs.log import PartitionLog
from orders_platform.emulators.eventhubs.service import Service

_WHOLE = 0xFFFFFFFF


class Carrier(Protocol):
    """The session, as its links see it."""

    service: Service

    def is_authorized(self, path: str) -> bool:
        """Whether the connection may touch the entity."""

    def room(self) -> int:
        """How many frames may be sent now."""

    def send(self, handle: int, messages: Sequence[bytes]) -> int:
        """Send settled messages as far as the window allows; how many went."""

    def send_flow(self, link: LinkState) -> None:
        """Tell a link's credit."""

    def settle(self, delivery_id: int, error: AmqpError | None) -> None:
        """Accept or reject a message."""

    def drop(self, handle: int, error: AmqpError | None) -> None:
        """Detach a link."""

    def response_link(self, address: str) -> "Link | None":
        """The link on which answers from that address go out."""


class Link:
    """Common to all kinds: who it is and how it ends."""

    log: PartitionLog | None = None

    def __init__(self, carrier: Carrier, attach: Attach) -> None:
        """Remember the peer's names for the link."""
        self.carrier = carrier
        self.handle = attach.handle
        self.address = attach.address
        self.is_receiver = attach.is_receiver

    def opened(self) -> None:
        """The attach was answered. Raises LinkRefusedError."""

    def closed(self) -> None:
        """The link is gone, for whatever reason."""

    def detach(self, condition: str, text: str) -> None:
        """End the link from this side."""
        self.carrier.drop(self.handle, AmqpError(condition, text))


class LinkRefusedError(Exception):
    """A link cannot be; the peer gets condition and text."""

    def __init__(self, condition: str, text: str) -> None:
        """What the detach says."""
        super().__init__(text)
        self.error = AmqpError(condition, text)


class ReceivingLink(Link, ABC):
    """A link on which the peer sends: gathers frames to messages and keeps the peer in credit."""

    CREDIT = 1_000

    def __init__(self, carrier: Carrier, attach: Attach) -> None:
        """No message has come yet."""
        super().__init__(carrier, attach)
        self._parts: list[bytes] = []
        self._size = 0
        self._first: Transfer | None = None
        self._deliveries = 0
        self._credit = 0

    def opened(self) -> None:
        """Let the peer send."""
        self._grant()

    def on_transfer(self, transfer: Transfer) -> None:
        """Take a frame; hand the message on when it is whole, unless it is too large."""
        first = self._first = self._first or transfer
        self._size += len(transfer.payload)
        if self._size <= MAX_MESSAGE_SIZE:
            self._parts.append(transfer.payload)
        if transfer.has_more and not transfer.is_aborted:
            return
        message, size = b"".join(self._parts), self._size
        self._parts, self._size, self._first = [], 0, None
        self._deliveries = (self._deliveries + 1) & _WHOLE
        self._credit -= 1
        if not transfer.is_aborted:
            self._take(first, message, size)
        if self._credit < self.CREDIT // 2:
            self._grant()

    @abstractmethod
    def accept(self, message: bytes, message_format: int) -> AmqpError | None:
        """Do what the message asks for; why it is rejected, or None."""

    def _take(self, first: Transfer, message: bytes, size: int) -> None:
        if size > MAX_MESSAGE_SIZE:
            error: AmqpError | None = AmqpError(
                "amqp:link:message-size-exceeded",
                f"The received message (delivery-id:{first.delivery_id}, size:{size} bytes) "
                f"exceeds the limit ({MAX_MESSAGE_SIZE} bytes) currently allowed on the link.",
            )
        else:
            error = self.accept(message, first.message_format)
        if not first.is_settled and first.delivery_id is not None:
            self.carrier.settle(first.delivery_id, error)

    def _grant(self) -> None:
        self._credit = self.CREDIT
        self.carrier.send_flow(LinkState(self.handle, self._deliveries, self.CREDIT))


class SendingLink(Link, ABC):
    """A link on which this server sends: as much as the peer gave credit for, in serial-number arithmetic."""

    def __init__(self, carrier: Carrier, attach: Attach) -> None:
        """No credit yet."""
        super().__init__(carrier, attach)
        self.credit = 0
        self._deliveries = 0

    def on_flow(self, flow: Flow) -> None:
        """Take new credit and use it; a peer that drains gets the rest of its credit back."""
        outstanding = (flow.delivery_count + flow.link_credit - self._deliveries) & _WHOLE
        self.credit = 0 if outstanding > _WHOLE // 2 else outstanding
        self.pump()
        if flow.is_drain:
            self._deliveries = (self._deliveries + self.credit) & _WHOLE
            self.credit = 0
        if flow.is_drain or flow.wants_echo:
            self.carrier.send_flow(LinkState(self.handle, self._deliveries, self.credit, is_drain=flow.is_drain))

    @abstractmethod
    def pump(self) -> None:
        """Send what there is, as far as credit and windows allow."""

    def send(self, messages: Sequence[bytes]) -> int:
        """Send messages as far as the window allows, and count them; how many went. Credit is the caller's to heed."""
        sent = self.carrier.send(self.handle, messages)
        self._deliveries = (self._deliveries + sent) & _WHOLE
        self.credit -= sent
        return sent
