"""Events as producers send them, and how tests look at what is stored."""

from collections.abc import Sequence

from orders_platform.emulators.eventhubs.amqp.codec import encode
from orders_platform.emulators.eventhubs.amqp.types import Symbol
from orders_platform.emulators.eventhubs.log import PartitionLog
from orders_platform.emulators.eventhubs.message import body


def an_event(content: bytes = b"{}", *, annotations: dict[Symbol, object] | None = None) -> bytes:
    """An encoded AMQP message with one data section."""
    noted = b"" if annotations is None else b"\x00\x53\x72" + encode(annotations)
    return noted + b"\x00\x53\x75" + encode(content)


def append(log: PartitionLog, *contents: bytes, now_ms: int = 1_000) -> int:
    """Append one batch."""
    return log.append([an_event(content) for content in contents], now_ms)


def contents(log: PartitionLog, start: int = 0) -> list[bytes]:
    """The bodies of all records from `start` on, read in small steps."""
    found: list[bytes] = []
    while records := log.read(start, max_count=3, max_bytes=10_000):
        found += [body(record.message) for record in records]
        start = records[-1].sequence + 1
    return found


def numbers(values: Sequence[int]) -> list[bytes]:
    """Numbers as contents."""
    return [str(value).encode() for value in values]
