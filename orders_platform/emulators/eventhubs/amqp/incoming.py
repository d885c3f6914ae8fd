"""What peers send, read into typed values: the fields that this server needs of each performative."""

from dataclasses import dataclass

from orders_platform.emulators.eventhubs.amqp.codec import decode
from orders_platform.emulators.eventhubs.amqp.types import Described, MalformedDataError

OPEN, BEGIN, ATTACH, FLOW, TRANSFER, DISPOSITION, DETACH, END, CLOSE = range(0x10, 0x19)
SASL_INIT = 0x41
_LARGEST_UINT = 0xFFFFFFFF


class Fields:
    """The fields of a performative by position. Those at the end may be missing; a wrong type raises MalformedDataError."""

    __slots__ = ("_values",)

    def __init__(self, value: object) -> None:
        """Take the list out of its description; anything else has no fields."""
        value = value.value if isinstance(value, Described) else value
        self._values: list[object] = value if isinstance(value, list) else []

    def at(self, index: int) -> object:
        """The field as it came, None where it is missing."""
        return self._values[index] if index < len(self._values) else None

    def text(self, index: int) -> str | None:
        """A string or symbol."""
        value = self.at(index)
        if value is None or isinstance(value, str):
            return value
        raise MalformedDataError(f"field {index} is no text")

    def number(self, index: int) -> int | None:
        """A whole number."""
        value = self.at(index)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise MalformedDataError(f"field {index} is no number")

    def need_number(self, index: int) -> int:
        """A whole number that must be there."""
        value = self.number(index)
        if value is None:
            raise MalformedDataError(f"field {index} is missing")
        return value

    def flag(self, index: int) -> bool:
        """A boolean; missing means no."""
        return self.at(index) is True

    def mapping(self, index: int) -> dict[str, object]:
        """A map with text keys; missing means empty."""
        value = self.at(index)
        if not isinstance(value, dict):
            return {}
        return {str(key): item for key, item in value.items()}

    def texts(self, index: int) -> list[str]:
        """One symbol or an array of them; missing means none."""
        value = self.at(index)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [] if value is None else [str(value)]


@dataclass(frozen=True, slots=True)
class Performative:
    """A frame's body: what it is, its fields, and the bytes behind them."""

    code: int
    fields: Fields
    payload: bytes


def parse(body: bytes) -> Performative:
    """The performative of a frame. Raises MalformedDataError."""
    value, end = decode(body)
    if not isinstance(value, Described) or not isinstance(value.descriptor, int):
        raise MalformedDataError("the frame holds no performative")
    return Performative(value.descriptor, Fields(value), body[end:])


@dataclass(frozen=True, slots=True)
class Open:
    """The peer's limits for the connection."""

    max_frame_size: int
    idle_time_out_ms: int | None

    @classmethod
    def of(cls, fields: Fields) -> "Open":
        """Read the fields."""
        size = fields.number(2)
        return cls(_LARGEST_UINT if size is None else size, fields.number(4))


@dataclass(frozen=True, slots=True)
class Begin:
    """The peer's side of a new session."""

    next_outgoing_id: int
    incoming_window: int

    @classmethod
    def of(cls, fields: Fields) -> "Begin":
        """Read the fields."""
        return cls(fields.need_number(1), fields.need_number(2))


@dataclass(frozen=True, slots=True)
class Attach:
    """The peer's side of a new link. Where the peer is a receiver, this server sends."""

    name: str
    handle: int
    is_receiver: bool
    settle_mode: int
    source: Fields
    target: Fields
    desired: list[str]
    properties: dict[str, object]

    @classmethod
    def of(cls, fields: Fields) -> "Attach":
        """Read the fields."""
        return cls(
            name=fields.text(0) or "",
            handle=fields.need_number(1),
            is_receiver=fields.flag(2),
            settle_mode=fields.number(3) or 0,
            source=Fields(fields.at(5)),
            target=Fields(fields.at(6)),
            desired=fields.texts(12),
            properties=fields.mapping(13),
        )

    @property
    def address(self) -> str:
        """The entity that the link is for."""
        return (self.source if self.is_receiver else self.target).text(0) or ""

    @property
    def selector(self) -> str | None:
        """The condition that says where reading starts."""
        value = self.source.mapping(7).get("apache.org:selector-filter:string")
        value = value.value if isinstance(value, Described) else value
        return None if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Flow:
    """News of the peer's session window and, where a handle is given, of a link's credit."""

    next_incoming_id: int | None
    incoming_window: int
    handle: int | None
    delivery_count: int
    link_credit: int
    is_drain: bool
    wants_echo: bool

    @classmethod
    def of(cls, fields: Fields) -> "Flow":
        """Read the fields."""
        return cls(
            next_incoming_id=fields.number(0),
            incoming_window=fields.need_number(1),
            handle=fields.number(4),
            delivery_count=fields.number(5) or 0,
            link_credit=fields.number(6) or 0,
            is_drain=fields.flag(8),
            wants_echo=fields.flag(9),
        )


@dataclass(frozen=True, slots=True)
class Transfer:
    """A message, or a part of one."""

    handle: int
    delivery_id: int | None
    message_format: int
    is_settled: bool
    has_more: bool
    is_aborted: bool
    payload: bytes

    @classmethod
    def of(cls, performative: Performative) -> "Transfer":
        """Read fields and payload."""
        fields = performative.fields
        return cls(
            handle=fields.need_number(0),
            delivery_id=fields.number(1),
            message_format=fields.number(3) or 0,
            is_settled=fields.flag(4),
            has_more=fields.flag(5),
            is_aborted=fields.flag(9),
            payload=performative.payload,
        )
