"""A Kafka client of a few lines: it speaks the protocol by its specification, and shares no code with the server."""

import socket
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from google_crc32c import value as crc32c

FETCH, LIST_OFFSETS, METADATA, HANDSHAKE, API_VERSIONS, AUTHENTICATE = 1, 2, 3, 17, 18, 36
PATIENCE_S = 20


class Cursor:
    """Reads fields by their struct codes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, code: str) -> int:
        (value,) = struct.unpack_from(">" + code, self.data, self.at)
        self.at += struct.calcsize(">" + code)
        return int(value)

    def raw(self, length: int) -> bytes:
        self.at += length
        assert self.at <= len(self.data)
        return self.data[self.at - length : self.at]

    def string(self) -> str | None:
        length = self.take("h")
        return None if length < 0 else self.raw(length).decode()

    def octets(self) -> bytes:
        return self.raw(self.take("i"))

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.raw(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)

    def bytes_or_none(self) -> bytes | None:
        length = self.varint()
        return None if length < 0 else self.raw(length)

    @property
    def is_at_end(self) -> bool:
        return self.at == len(self.data)


@dataclass(frozen=True)
class Row:
    """A record as a consumer sees it: its time is that of its batch."""

    offset: int
    time_ms: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def text(value: str | None) -> bytes:
    """A nullable string."""
    return b"\xff\xff" if value is None else struct.pack(">h", len(value.encode())) + value.encode()


def rows(data: bytes) -> list[Row]:
    """Every record of the batches in `data`, checksums checked."""
    cursor, found = Cursor(data), []
    while not cursor.is_at_end:
        base, length = cursor.take("q"), cursor.take("i")
        batch = Cursor(cursor.raw(length))
        assert (batch.take("i"), batch.take("b")) == (0, 2)
        assert batch.take("I") == crc32c(batch.data[batch.at :])
        assert batch.take("h") == 8, "LogAppendTime, no compression"
        last_delta, _, most_ms = batch.take("i"), batch.take("q"), batch.take("q")
        assert (batch.take("q"), batch.take("h"), batch.take("i")) == (-1, -1, -1)
        found += [_row(batch, base, most_ms) for _ in range(batch.take("i"))]
        assert batch.is_at_end
        assert found[-1].offset == base + last_delta
    return found


def _row(batch: Cursor, base: int, time_ms: int) -> Row:
    record = Cursor(batch.raw(batch.varint()))
    assert record.take("b") == 0
    record.varint()
    offset, key, value = base + record.varint(), record.bytes_or_none(), record.bytes_or_none()
    headers = [(record.raw(record.varint()).decode(), record.bytes_or_none()) for _ in range(record.varint())]
    assert record.is_at_end
    return Row(offset, time_ms, key, value, headers)


@dataclass(frozen=True)
class Wish:
    """How a fetch is asked for."""

    version: int = 11
    wait_ms: int = 0
    least: int = 1
    most: int = 50 << 20
    most_each: int = 1 << 20
    topic: str = "orders"
    session: int = 0


FULL_WISH = Wish()


@dataclass(frozen=True)
class Fetched:
    """A partition's part of an answer."""

    error: int
    end: int
    begin: int | None
    data: bytes

    @property
    def rows(self) -> list[Row]:
        return rows(self.data)


class WireClient:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._correlation = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.socket.close()

    def ask(self, api: int, version: int, body: bytes = b"") -> Cursor:
        """Send a request, return the answer behind its header."""
        self._correlation += 1
        self.send_frame(struct.pack(">hhi", api, version, self._correlation) + text("test") + body)
        answer = Cursor(self.receive_frame())
        assert answer.take("i") == self._correlation
        return answer

    def send_frame(self, frame: bytes) -> None:
        """Bytes after their length."""
        self.socket.sendall(struct.pack(">i", len(frame)) + frame)

    def receive_frame(self) -> bytes:
        """The next frame; EOFError where the server closed."""
        (length,) = struct.unpack(">i", self._receive(4))
        return self._receive(length)

    def is_closed(self) -> bool:
        """Whether the server ends the connection, rather than answer."""
        try:
            self._receive(1)
        except (EOFError, ConnectionError):
            return True
        return False

    def log_in(self, password: str, user: str = "$ConnectionString") -> int:
        """Handshake and token; returns the error code."""
        assert self.ask(HANDSHAKE, 1, text("PLAIN")).take("h") == 0
        token = f"\0{user}\0{password}".encode()
        return self.ask(AUTHENTICATE, 1, struct.pack(">i", len(token)) + token).take("h")

    def list_offset(self, time_ms: int, *, topic: str = "orders", partition: int = 0, version: int = 5) -> tuple[int, int, int]:
        """Error, time and offset for a time (-1 latest, -2 earliest)."""
        answer = self.ask(LIST_OFFSETS, version, list_offsets_body(version, topic, partition=partition, time_ms=time_ms))
        if version >= 2:
            answer.take("i")
        assert (answer.take("i"), answer.string(), answer.take("i"), answer.take("i")) == (1, topic, 1, partition)
        found = answer.take("h"), answer.take("q"), answer.take("q")
        if version >= 4:
            answer.take("i")
        assert answer.is_at_end
        return found

    def fetch(self, offset: int, wish: Wish = FULL_WISH) -> Fetched:
        """Events of partition 0."""
        return self.fetch_all({0: offset}, wish)[0]

    def fetch_all(self, offsets: dict[int, int], wish: Wish = FULL_WISH) -> dict[int, Fetched]:
        """Events of several partitions."""
        return read_fetched(self.ask(FETCH, wish.version, fetch_body(offsets, wish)), wish.version)

    def _receive(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise EOFError
            data += more
        return bytes(data)


def list_offsets_body(version: int, topic: str, *, partition: int, time_ms: int) -> bytes:
    """A request for one partition."""
    head = struct.pack(">i", -1) + (b"\0" if version >= 2 else b"")
    epoch = struct.pack(">i", -1) if version >= 4 else b""
    return head + struct.pack(">i", 1) + text(topic) + struct.pack(">ii", 1, partition) + epoch + struct.pack(">q", time_ms)


def fetch_body(offsets: dict[int, int], wish: Wish = FULL_WISH) -> bytes:
    """A request for partitions of one hub."""
    version = wish.version
    body = struct.pack(">iiiib", -1, wish.wait_ms, wish.least, wish.most, 0)
    if version >= 7:
        body += struct.pack(">ii", wish.session, -1)
    body += struct.pack(">i", 1) + text(wish.topic) + struct.pack(">i", len(offsets))
    for partition, offset in offsets.items():
        body += struct.pack(">i", partition) + (struct.pack(">i", -1) if version >= 9 else b"") + struct.pack(">q", offset)
        body += (struct.pack(">q", -1) if version >= 5 else b"") + struct.pack(">i", wish.most_each)
    if version >= 7:
        body += struct.pack(">i", 0)
    return body + (text("") if version >= 11 else b"")


def read_fetched(answer: Cursor, version: int = 11) -> dict[int, Fetched]:
    """An answer for one hub, by partition."""
    answer.take("i")
    if version >= 7:
        assert (answer.take("h"), answer.take("i")) == (0, 0)
    assert answer.take("i") == 1
    answer.string()
    found = {}
    for _ in range(answer.take("i")):
        partition, error, end, stable = answer.take("i"), answer.take("h"), answer.take("q"), answer.take("q")
        assert stable == end
        begin = answer.take("q") if version >= 5 else None
        assert answer.take("i") == -1
        if version >= 11:
            assert answer.take("i") == -1
        found[partition] = Fetched(error, end, begin, answer.octets())
    assert answer.is_at_end
    return found
