"""Kafka's primitive types on the wire, read and written: the versions without tagged fields."""

import struct
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")

_INT16 = struct.Struct(">h")
_INT32 = struct.Struct(">i")
_INT64 = struct.Struct(">q")
_LOW_BITS = 0x7F
_MORE = 0x80
_ONE_BYTE = tuple(bytes((value,)) for value in range(_MORE))


class MalformedRequestError(Exception):
    """The peer sent bytes that are no request of this protocol; its connection is dropped."""


class Reader:
    """Reads primitives one after another; any step past the end is a MalformedRequestError."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def int8(self) -> int:
        """One signed byte."""
        return int.from_bytes(self.raw(1), signed=True)

    def int16(self) -> int:
        """Two bytes, signed."""
        return int.from_bytes(self.raw(2), signed=True)

    def int32(self) -> int:
        """Four bytes, signed."""
        return int.from_bytes(self.raw(4), signed=True)

    def int64(self) -> int:
        """Eight bytes, signed."""
        return int.from_bytes(self.raw(8), signed=True)

    def boolean(self) -> bool:
        """One byte, anything but zero is true."""
        return self.raw(1) != b"\0"

    def nullable_string(self) -> str | None:
        """UTF-8 text after its length in two bytes, or null for length -1."""
        length = self.int16()
        if length == -1:
            return None
        try:
            return self.raw(length).decode()
        except UnicodeDecodeError as fault:
            raise MalformedRequestError("a string is not UTF-8") from fault

    def string(self) -> str:
        """Text that must not be null."""
        text = self.nullable_string()
        if text is None:
            raise MalformedRequestError("a string that must be there is null")
        return text

    def octets(self) -> bytes:
        """Bytes after their length in four bytes."""
        return self.raw(self.int32())

    def nullable_array(self, item: Callable[[], Item]) -> list[Item] | None:
        """Items after their number in four bytes, or null for -1."""
        count = self.int32()
        if count == -1:
            return None
        if count < 0:
            raise MalformedRequestError(f"an array claims {count} items")
        return [item() for _ in range(count)]

    def array(self, item: Callable[[], Item]) -> list[Item]:
        """Items of an array that must not be null."""
        items = self.nullable_array(item)
        if items is None:
            raise MalformedRequestError("an array that must be there is null")
        return items

    def raw(self, length: int) -> bytes:
        """The next `length` bytes as they are."""
        end = self._at + length
        if length < 0 or end > len(self._data):
            raise MalformedRequestError(f"{length} bytes wanted, {len(self._data) - self._at} are left")
        taken = self._data[self._at : end]
        self._at = end
        return taken


class Writer:
    """Collects primitives; each method returns the writer, so that a response reads as its schema."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def int8(self, value: int) -> "Writer":
        """One signed byte."""
        return self.raw(value.to_bytes(1, signed=True))

    def int16(self, value: int) -> "Writer":
        """Two bytes, signed."""
        return self.raw(_INT16.pack(value))

    def int32(self, value: int) -> "Writer":
        """Four bytes, signed."""
        return self.raw(_INT32.pack(value))

    def int64(self, value: int) -> "Writer":
        """Eight bytes, signed."""
        return self.raw(_INT64.pack(value))

    def string(self, text: str | None) -> "Writer":
        """UTF-8 text after its length in two bytes; null as length -1."""
        if text is None:
            return self.int16(-1)
        data = text.encode()
        return self.int16(len(data)).raw(data)

    def octets(self, data: bytes) -> "Writer":
        """Bytes after their length in four bytes."""
        return self.int32(len(data)).raw(data)

    def array(self, items: Iterable[Item], write: Callable[[Item], object]) -> "Writer":
        """The number of items in four bytes, then each by `write`."""
        listed = list(items)
        self.int32(len(listed))
        for item in listed:
            write(item)
        return self

    def raw(self, data: bytes) -> "Writer":
        """Bytes as they are."""
        self._parts.append(data)
        return self

    def done(self) -> bytes:
        """All that was written."""
        return b"".join(self._parts)


def varint(value: int) -> bytes:
    """A signed number in zig-zag form, seven bits a byte, as records use it."""
    rest = (value << 1) ^ (value >> 63)
    if rest < _MORE:
        return _ONE_BYTE[rest]
    out = bytearray()
    while rest >= _MORE:
        out.append(rest & _LOW_BITS | _MORE)
        rest >>= 7
    out.append(rest)
    return bytes(out)
