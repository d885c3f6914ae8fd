"""The byte stream cut into protocol headers and frames."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from orders_platform.emulators.eventhubs.amqp.types import MalformedDataError

HEADER_SIZE = 8
_FRAME = struct.Struct(">IBBH")


@dataclass(frozen=True, slots=True)
class ProtocolHeader:
    """The eight bytes with which a peer asks for a protocol."""

    raw: bytes

    @property
    def protocol(self) -> int:
        """0 AMQP, 2 TLS, 3 SASL."""
        return self.raw[4]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; an empty body is a sign of life."""

    channel: int
    body: bytes


class FrameReader:
    """Collects bytes until they make a frame."""

    def __init__(self, max_frame_size: int) -> None:
        """Refuse frames above the limit that this server announced."""
        self._limit = max_frame_size
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[ProtocolHeader | Frame]:
        """What is whole by now. Raises MalformedDataError where the stream cannot be AMQP."""
        self._buffer += data
        while len(self._buffer) >= HEADER_SIZE:
            if self._buffer.startswith(b"AMQP"):
                header = ProtocolHeader(bytes(self._buffer[:HEADER_SIZE]))
                del self._buffer[:HEADER_SIZE]
                yield header
                continue
            size, offset, _, channel = _FRAME.unpack_from(self._buffer)
            if not HEADER_SIZE <= offset * 4 <= size <= self._limit:
                raise MalformedDataError(f"a frame of {size} bytes is not allowed here")
            if len(self._buffer) < size:
                return
            body = bytes(self._buffer[offset * 4 : size])
            del self._buffer[:size]
            yield Frame(channel, body)
