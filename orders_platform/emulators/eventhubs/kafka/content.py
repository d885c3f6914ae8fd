"""What a Kafka reader gets of a stored AMQP message: key, value, headers, found in one walk over its sections.

Headers are the application properties in their AMQP form, as Azure hands them over, and `x-opt-partition-key`.
"""

from typing import NamedTuple

from orders_platform.emulators.eventhubs import message as amqp
from orders_platform.emulators.eventhubs.amqp.codec import NULL, encode
from orders_platform.emulators.eventhubs.amqp.types import MalformedDataError

_PARTITION_KEY = amqp.PARTITION_KEY.encode()
_DATA_OF_ONE_BYTE_LENGTH, _DATA_OF_FOUR_BYTES_LENGTH = 0xA0, 0xB0


class Content(NamedTuple):
    """The parts of a Kafka record; null and empty are different things."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[bytes, bytes]]


def content_of(message: bytes) -> Content:
    """The parts of `message`; one that is no AMQP message is handed over whole, so that no reader is stuck at it."""
    try:
        return _parts(message)
    except MalformedDataError:
        return Content(None, message, [])


def _parts(message: bytes) -> Content:
    key: str | None = None
    bodies: list[bytes] = []
    headers: list[tuple[bytes, bytes]] = []
    is_null = False
    for section in amqp.sections(message):
        code = section.code
        if code == amqp.DATA:
            bodies.append(_data(message, section))
        elif code == amqp.MESSAGE_ANNOTATIONS and message.find(_PARTITION_KEY, section.value, section.end) >= 0:
            key = amqp.partition_key(message)
        elif code == amqp.APPLICATION_PROPERTIES:
            headers = [(name.encode(), value) for name, value in amqp.encoded_application_properties(message)]
        elif code in {amqp.VALUE, amqp.SEQUENCE}:
            is_null = message[section.value : section.end] == NULL
            bodies.append(amqp.body(message))
    if key is not None:
        headers.append((_PARTITION_KEY, encode(key)))
    return Content(None if key is None else key.encode(), None if is_null else b"".join(bodies), headers)


def _data(message: bytes, section: amqp.Section) -> bytes:
    code = message[section.value]
    if code == _DATA_OF_ONE_BYTE_LENGTH:
        return message[section.value + 2 : section.end]
    if code == _DATA_OF_FOUR_BYTES_LENGTH:
        return message[section.value + 5 : section.end]
    raise MalformedDataError("a data section holds no bytes")
