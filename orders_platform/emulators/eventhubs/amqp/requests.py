"""Request and answer over a pair of links: `$cbs` takes tokens, `$management` tells about hubs and partitions."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from orders_platform.emulators.eventhubs import message as amqp
from orders_platform.emulators.eventhubs.amqp.codec import decode, encode
from orders_platform.emulators.eventhubs.amqp.incoming import Attach, Fields
from orders_platform.emulators.eventhubs.amqp.link import Carrier, Link, ReceivingLink, SendingLink
from orders_platform.emulators.eventhubs.amqp.outgoing import AmqpError
from orders_platform.emulators.eventhubs.amqp.types import Int, MalformedDataError


@dataclass(frozen=True, slots=True)
class Request:
    """A question: its application properties and its body where that is a plain value."""

    properties: dict[str, object]
    value: object

    def text(self, name: str) -> str:
        """A property as text, empty where it is missing."""
        value = self.properties.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status in the manner of HTTP, with a body."""

    status: int
    text: str
    body: object = None


Handler = Callable[[Request], Answer]


class ResponseLink(SendingLink):
    """Sends answers, each when there is credit for it."""

    def __init__(self, carrier: Carrier, attach: Attach) -> None:
        """Nothing to send yet."""
        super().__init__(carrier, attach)
        self._waiting: deque[bytes] = deque()

    def answer(self, message: bytes) -> None:
        """Send, or keep until there is credit."""
        self._waiting.append(message)
        self.pump()

    def pump(self) -> None:
        """Send what waits."""
        while self._waiting and self.credit > 0 and self.carrier.room() > 0:
            self.send([self._waiting.popleft()])


class RequestLink(ReceivingLink):
    """Takes questions, and answers them on the response link of the same address."""

    def __init__(self, carrier: Carrier, attach: Attach, handler: Handler) -> None:
        """Answers come from `handler`."""
        super().__init__(carrier, attach)
        self._handler = handler

    def accept(self, message: bytes, message_format: int) -> AmqpError | None:
        """Answer the question; one that cannot be read, or that nobody listens to, is rejected."""
        del message_format
        response = self.carrier.response_link(self.address)
        if not isinstance(response, ResponseLink):
            return AmqpError("amqp:not-allowed", f"There is no receiver on '{self.address}' for the answer.")
        try:
            message_id, request = _read(message)
        except MalformedDataError as error:
            return AmqpError("amqp:decode-error", f"The request cannot be read: {error}.")
        response.answer(_write(message_id, self._handler(request)))
        return None


def is_request_address(address: str) -> bool:
    """Whether the address names the server itself rather than an entity."""
    return address.startswith("$")


def request_link(carrier: Carrier, attach: Attach, handlers: dict[str, Handler]) -> Link | None:
    """One half of a pair, or None where there is no such address."""
    handler = handlers.get(attach.address)
    if handler is None:
        return None
    return ResponseLink(carrier, attach) if attach.is_receiver else RequestLink(carrier, attach, handler)


def _read(message: bytes) -> tuple[object, Request]:
    message_id: object = None
    value: object = None
    for section in amqp.sections(message):
        if section.code == amqp.PROPERTIES:
            message_id = Fields(decode(message, section.value)[0]).at(0)
        elif section.code == amqp.VALUE:
            value = decode(message, section.value)[0]
    return message_id, Request(amqp.application_properties(message), value)


def _write(message_id: object, answer: Answer) -> bytes:
    """The answer as a message whose correlation id is the question's message id."""
    status = {"status-code": Int(answer.status), "status-description": answer.text}
    parts = (
        (amqp.PROPERTIES, [None, None, None, None, None, message_id]),
        (amqp.APPLICATION_PROPERTIES, status),
        (amqp.VALUE, answer.body),
    )
    return b"".join(bytes((0x00, 0x53, code)) + encode(value) for code, value in parts)
