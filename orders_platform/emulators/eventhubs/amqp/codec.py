"""AMQP 1.0 type system: values to bytes and back, and stepping over values without decoding them."""

import struct
from collections.abc import Callable
from uuid import UUID

from orders_platform.emulators.eventhubs.amqp.types import (
    Described,
    Int,
    MalformedDataError,
    Strings,
    Symbol,
    Symbols,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
)

NULL = b"\x40"
_U32 = struct.Struct(">I")
_DESCRIBED = 0x00
_LIST, _MAP, _ARRAY = 0xC0, 0xC1, 0xE0
_LIST_8, _LIST_32, _MAP_32, _ARRAY_32 = 0xC0, 0xD0, 0xD1, 0xF0
_STRING_32, _SYMBOL_32 = 0xB1, 0xB3
_ONE_BYTE = 256
_DEEPEST = 32
_SIZE_IN_1, _SIZE_IN_4, _INVALID = -1, -4, 1
# By the upper half of a constructor: bytes of constructor and value, or where the size stands.
_WIDTH = (*[_INVALID] * 4, 1, 2, 3, 5, 9, 17, _SIZE_IN_1, _SIZE_IN_4, _SIZE_IN_1, _SIZE_IN_4, _SIZE_IN_1, _SIZE_IN_4)


def encode(value: object) -> bytes:
    """The wire form of `value`."""
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        raise TypeError(type(value).__name__)
    return encoder(value)


def decode(buffer: bytes, position: int = 0) -> tuple[object, int]:
    """The value at `position`, and where the next one starts. Raises MalformedDataError."""
    try:
        value, end = _decode(buffer, position, 0)
    except (IndexError, KeyError, struct.error, ValueError, TypeError) as error:
        raise MalformedDataError(f"no AMQP value at byte {position}") from error
    if end > len(buffer):
        raise MalformedDataError(f"the value at byte {position} is cut short")
    return value, end


def skip(buffer: bytes, position: int) -> int:
    """Where the value after the one at `position` starts. Raises MalformedDataError."""
    try:
        end = _skip(buffer, position)
    except (IndexError, struct.error) as error:
        raise MalformedDataError(f"no AMQP value at byte {position}") from error
    if end > len(buffer):
        raise MalformedDataError(f"the value at byte {position} is cut short")
    return end


def items(buffer: bytes, position: int) -> tuple[int, int]:
    """Of the map at `position`: how many items it says that it has, and where the first one starts."""
    if buffer[position] == _MAP and len(buffer) > position + 2:
        return buffer[position + 2], position + 3
    if buffer[position] == _MAP_32 and len(buffer) > position + 8:
        return _U32.unpack_from(buffer, position + 5)[0], position + 9
    raise MalformedDataError(f"no map at byte {position}")


def encode_map(count: int, pairs: bytes) -> bytes:
    """A map of `count` keys and values out of their wire form."""
    return b"\xd1" + struct.pack(">II", len(pairs) + 4, count) + pairs


def _skip(buffer: bytes, position: int) -> int:
    while buffer[position] == _DESCRIBED:
        position = _skip(buffer, position + 1)
    width = _WIDTH[buffer[position] >> 4]
    if width == _SIZE_IN_1:
        return position + 2 + buffer[position + 1]
    if width == _SIZE_IN_4:
        return position + 5 + int.from_bytes(buffer[position + 1 : position + 5], "big")
    return position + width


def _decode(buffer: bytes, position: int, depth: int) -> tuple[object, int]:
    code = buffer[position]
    if code == _DESCRIBED:
        if depth > _DEEPEST:
            raise MalformedDataError("values are nested too deep")
        descriptor, position = _decode(buffer, position + 1, depth + 1)
        value, position = _decode(buffer, position, depth + 1)
        return Described(descriptor, value), position
    return _decode_as(code, buffer, position + 1, depth)


def _decode_as(code: int, buffer: bytes, position: int, depth: int) -> tuple[object, int]:
    fixed = _FIXED.get(code)
    if fixed is not None:
        width, reader = fixed
        return reader(buffer, position), position + width
    if code >> 4 in {0xA, 0xB}:
        return _variable(code, buffer, position)
    if depth > _DEEPEST:
        raise MalformedDataError("values are nested too deep")
    return _compound(code, buffer, position, depth + 1)


def _variable(code: int, buffer: bytes, position: int) -> tuple[object, int]:
    if code < 0xB0:
        start = position + 1
        end = start + buffer[position]
    else:
        start = position + 4
        end = start + _U32.unpack_from(buffer, position)[0]
    raw = buffer[start:end]
    return _VARIABLE[code & 0x0F](raw), end


def _compound(code: int, buffer: bytes, position: int, depth: int) -> tuple[object, int]:
    if code & 0x10:
        size, count = struct.unpack_from(">II", buffer, position)
        start, end = position + 8, position + 4 + size
    else:
        size, count = buffer[position], buffer[position + 1]
        start, end = position + 2, position + 1 + size
    kind = code & 0xEF
    if end > len(buffer) or (count > size and kind != _ARRAY):
        raise MalformedDataError(f"a list, map or array at byte {position} is longer than its frame")
    if kind == _ARRAY:
        return _array(buffer, start, count, depth), end
    found = []
    for _ in range(count):
        value, start = _decode(buffer, start, depth)
        found.append(value)
    return (dict(zip(found[::2], found[1::2], strict=True)) if kind == _MAP else found), end


def _array(buffer: bytes, start: int, count: int, depth: int) -> list[object]:
    code, start = buffer[start], start + 1
    if count > len(buffer):
        raise MalformedDataError("an array says that it has more items than the frame has bytes")
    found = []
    for _ in range(count):
        value, start = _decode_as(code, buffer, start, depth)
        found.append(value)
    return found


def _reader(code: str) -> Callable[[bytes, int], object]:
    unpack = struct.Struct(code).unpack_from
    return lambda buffer, position: unpack(buffer, position)[0]


def _constant(value: object) -> Callable[[bytes, int], object]:
    return lambda _buffer, _position: value


def _raw(width: int) -> Callable[[bytes, int], object]:
    return lambda buffer, position: buffer[position : position + width]


_FIXED: dict[int, tuple[int, Callable[[bytes, int], object]]] = {
    0x40: (0, _constant(None)),
    0x41: (0, _constant(value=True)),
    0x42: (0, _constant(value=False)),
    0x43: (0, _constant(0)),
    0x44: (0, _constant(0)),
    0x45: (0, lambda _buffer, _position: []),
    0x50: (1, _reader("B")),
    0x51: (1, _reader("b")),
    0x52: (1, _reader("B")),
    0x53: (1, _reader("B")),
    0x54: (1, _reader("b")),
    0x55: (1, _reader("b")),
    0x56: (1, lambda buffer, position: buffer[position] == 1),
    0x60: (2, _reader(">H")),
    0x61: (2, _reader(">h")),
    0x70: (4, _reader(">I")),
    0x71: (4, _reader(">i")),
    0x72: (4, _reader(">f")),
    0x73: (4, lambda buffer, position: buffer[position : position + 4].decode("utf-32-be")),
    0x74: (4, _raw(4)),
    0x80: (8, _reader(">Q")),
    0x81: (8, _reader(">q")),
    0x82: (8, _reader(">d")),
    0x83: (8, lambda buffer, position: Timestamp(struct.unpack_from(">q", buffer, position)[0])),
    0x84: (8, _raw(8)),
    0x94: (16, _raw(16)),
    0x98: (16, lambda buffer, position: UUID(bytes=buffer[position : position + 16])),
}
_VARIABLE: dict[int, Callable[[bytes], object]] = {
    0: bytes,
    1: lambda raw: raw.decode(),
    3: lambda raw: Symbol(raw.decode("ascii")),
}


def _sized(short: int, raw: bytes) -> bytes:
    if len(raw) < _ONE_BYTE:
        return bytes((short, len(raw))) + raw
    return bytes((short + 0x10,)) + _U32.pack(len(raw)) + raw


def _encode_uint(value: int) -> bytes:
    if value == 0:
        return b"\x43"
    return bytes((0x52, value)) if value < _ONE_BYTE else b"\x70" + _U32.pack(value)


def _encode_ulong(value: int) -> bytes:
    return bytes((0x53, value)) if value < _ONE_BYTE else b"\x80" + struct.pack(">Q", value)


def _encode_list(values: list[object]) -> bytes:
    body = b"".join(map(encode, values))
    return bytes((_LIST_32,)) + struct.pack(">II", len(body) + 4, len(values)) + body


def _encode_map(pairs: dict[object, object]) -> bytes:
    return encode_map(2 * len(pairs), b"".join(encode(key) + encode(value) for key, value in pairs.items()))


def _encode_array(code: int, values: tuple[str, ...]) -> bytes:
    raws = [value.encode() for value in values]
    body = bytes((code,)) + b"".join(_U32.pack(len(raw)) + raw for raw in raws)
    return bytes((_ARRAY_32,)) + struct.pack(">II", len(body) + 4, len(values)) + body


# The key is the value's type, so each encoder gets what it expects; a type per entry would need a class each.
_ENCODERS: dict[type, Callable[..., bytes]] = {
    type(None): lambda _value: NULL,
    bool: lambda value: b"\x41" if value else b"\x42",
    UByte: lambda value: bytes((0x50, value)),
    UShort: lambda value: b"\x60" + struct.pack(">H", value),
    UInt: _encode_uint,
    ULong: _encode_ulong,
    Int: lambda value: b"\x71" + struct.pack(">i", value),
    int: lambda value: b"\x81" + struct.pack(">q", value),
    float: lambda value: b"\x82" + struct.pack(">d", value),
    Timestamp: lambda value: b"\x83" + struct.pack(">q", value),
    UUID: lambda value: b"\x98" + value.bytes,
    bytes: lambda value: _sized(0xA0, value),
    str: lambda value: _sized(0xA1, value.encode()),
    Symbol: lambda value: _sized(0xA3, value.encode()),
    Described: lambda value: b"\x00" + encode(value.descriptor) + encode(value.value),
    list: _encode_list,
    dict: _encode_map,
    Strings: lambda values: _encode_array(_STRING_32, values),
    Symbols: lambda values: _encode_array(_SYMBOL_32, values),
}
