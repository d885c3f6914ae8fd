"""AMQP types that Python has no own type for; a plain int is a long, str a string, bytes a binary."""

from dataclasses import dataclass


class Symbol(str):
    """A name out of a closed set, ASCII."""

    __slots__ = ()


class UByte(int):
    """Unsigned, 1 byte."""

    __slots__ = ()


class UShort(int):
    """Unsigned, 2 bytes."""

    __slots__ = ()


class UInt(int):
    """Unsigned, 4 bytes."""

    __slots__ = ()


class ULong(int):
    """Unsigned, 8 bytes."""

    __slots__ = ()


class Int(int):
    """Signed, 4 bytes."""

    __slots__ = ()


class Timestamp(int):
    """Milliseconds since 1970, UTC."""

    __slots__ = ()


class Strings(tuple[str, ...]):
    """An array of strings."""

    __slots__ = ()


class Symbols(tuple[str, ...]):
    """An array of symbols."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Described:
    """A value with the descriptor that says what it means."""

    descriptor: object
    value: object


class MalformedDataError(ValueError):
    """Bytes that are no AMQP; the peer is told `amqp:decode-error`."""
