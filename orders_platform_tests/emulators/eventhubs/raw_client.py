"""An AMQP client that does just what it is told, well or badly, and shows every field that comes back."""

import socket
import struct
from types import TracebackType
from typing import Self

from orders_platform.emulators.eventhubs.amqp.codec import decode, encode
from orders_platform.emulators.eventhubs.amqp.types import Described, Symbol, UByte, UInt, ULong, UShort

OPEN, BEGIN, ATTACH, FLOW, TRANSFER, DISPOSITION, DETACH, END, CLOSE = range(0x10, 0x19)
SASL_OUTCOME = 0x44
PATIENCE_S = 10


class RawClient:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._stream = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()
        self._socket.close()

    def write(self, raw: bytes) -> None:
        """Any bytes."""
        self._socket.sendall(raw)

    def send(self, code: int, *fields: object, channel: int = 0, payload: bytes = b"", kind: int = 0) -> None:
        """One frame."""
        body = encode(Described(ULong(code), list(fields))) + payload
        self.write(struct.pack(">IBBH", len(body) + 8, 2, kind, channel) + body)

    def header(self) -> bytes:
        """Eight bytes."""
        return self._stream.read(8)

    def frame(self) -> tuple[int, list[object], bytes] | None:
        """Code, fields and payload of the next frame; code 0 for a sign of life; None where the server hung up."""
        head = self._stream.read(8)
        if len(head) < 8:
            return None
        body = self._stream.read(struct.unpack(">I", head[:4])[0] - 8)
        if not body:
            return 0, [], b""
        value, end = decode(body)
        assert isinstance(value, Described)
        assert isinstance(value.descriptor, int)
        assert isinstance(value.value, list)
        return value.descriptor, value.value, body[end:]

    def expect(self, code: int) -> list[object]:
        """The fields of the next frame, which must be of that kind."""
        frame = self.frame()
        assert frame is not None
        assert frame[0] == code, frame
        return frame[1]

    def log_in(self, name: str, key: str) -> int:
        """SASL PLAIN; the outcome's code."""
        self.write(b"AMQP\x03\x01\x00\x00")
        assert self.header() == b"AMQP\x03\x01\x00\x00"
        self.frame()
        self.send(0x41, Symbol("PLAIN"), f"\0{name}\0{key}".encode(), None, kind=1)
        outcome = self.expect(SASL_OUTCOME)[0]
        assert isinstance(outcome, int)
        return outcome

    def open(self, *, max_frame_size: int = 65_536, idle_ms: int | None = None) -> list[object]:
        """Header and open; the server's open."""
        self.write(b"AMQP\x00\x01\x00\x00")
        assert self.header() == b"AMQP\x00\x01\x00\x00"
        idle = None if idle_ms is None else UInt(idle_ms)
        self.send(OPEN, "raw", None, UInt(max_frame_size), UShort(9), idle)
        return self.expect(OPEN)

    def begin(self, *, window: int = 1_000) -> list[object]:
        """A session; the server's begin."""
        self.send(BEGIN, None, UInt(0), UInt(window), UInt(1_000))
        return self.expect(BEGIN)

    def attach(self, address: str, *, is_receiver: bool) -> list[object]:
        """A link with handle 0; the server's attach."""
        ends = [Described(ULong(0x28), [address]), Described(ULong(0x29), [address])]
        self.send(ATTACH, f"link {address}", UInt(0), is_receiver, UByte(0), UByte(0), *ends, None, None, UInt(0))
        return self.expect(ATTACH)

    def flow(self, *, next_incoming_id: int, window: int, delivery_count: int, credit: int, is_drain: bool = False) -> None:
        """Credit for the link, and the session's window."""
        windows = (UInt(next_incoming_id), UInt(window), UInt(0), UInt(1_000))
        self.send(FLOW, *windows, UInt(0), UInt(delivery_count), UInt(credit), None, is_drain)

    def expect_silence(self, *, next_incoming_id: int, window: int) -> None:
        """Ask for a flow; nothing else may stand before it."""
        none = (None, None, None, None, False)
        self.send(FLOW, UInt(next_incoming_id), UInt(window), UInt(0), UInt(1_000), *none, True)
        self.expect(FLOW)

    def publish(self, message: bytes, *, number: int = 0, message_format: int = 0) -> None:
        """A whole message on the link."""
        tag = struct.pack(">I", number)
        self.send(TRANSFER, UInt(0), UInt(number), tag, UInt(message_format), False, False, payload=message)
