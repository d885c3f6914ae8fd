"""What this server sends. Every list has all its fields: azure-eventhub 5.15 reads them by position and fails on short ones."""

import struct
from dataclasses import dataclass
from typing import NamedTuple

from orders_platform.emulators.eventhubs.amqp.codec import encode
from orders_platform.emulators.eventhubs.amqp.types import Described, Symbol, Symbols, UByte, UInt, ULong, UShort

PRODUCT = "orders-platform event hub"
MAX_FRAME_SIZE = 1_048_576
MAX_MESSAGE_SIZE = 1_048_576
SESSION_WINDOW = 65_536
HANDLE_MAX = 255
CHANNEL_MAX = 4_095
AMQP_FRAME, SASL_FRAME = 0, 1
HEARTBEAT = struct.pack(">IBBH", 8, 2, AMQP_FRAME, 0)
_SOURCE, _TARGET, _ERROR, _ACCEPTED, _REJECTED = 0x28, 0x29, 0x1D, 0x24, 0x25
_FRAME_HEADER = struct.Struct(">IBBH")
_DELIVERY_ID = struct.Struct(">I")
_MORE, _LAST = b"\x41", b"\x42"
_TRANSFER_OVERHEAD = 8 + 6 + 6  # the frame's header, the list's, and the fields from `more` on


@dataclass(frozen=True, slots=True)
class AmqpError:
    """Why the server refuses or ends something: a condition out of the standard's or the service's list, and a text."""

    condition: str
    description: str

    def encoded(self) -> Described:
        """As it stands in a detach, end, close or rejection."""
        return Described(ULong(_ERROR), [Symbol(self.condition), self.description, None])


def frame(channel: int, body: bytes, *, kind: int = AMQP_FRAME) -> bytes:
    """A frame around a performative (and its payload)."""
    return _FRAME_HEADER.pack(len(body) + 8, 2, kind, channel) + body


def performative(code: int, fields: list[object]) -> bytes:
    """A performative's wire form, its descriptor in the short form that the SDK demands."""
    return bytes((0x00, 0x53, code)) + encode(fields)


def sasl_mechanisms() -> bytes:
    """The ways to log in: anonymous (then claims by `$cbs`), or a key's name and the key."""
    return frame(0, performative(0x40, [Symbols(("ANONYMOUS", "PLAIN", "MSSBCBS"))]), kind=SASL_FRAME)


def sasl_outcome(*, is_accepted: bool) -> bytes:
    """Whether the login is fine."""
    return frame(0, performative(0x44, [UByte(0 if is_accepted else 1), None]), kind=SASL_FRAME)


def open_connection(container: str, idle_time_out_ms: int) -> bytes:
    """Open, 10 fields."""
    limits = [UInt(MAX_FRAME_SIZE), UShort(CHANNEL_MAX), UInt(idle_time_out_ms)]
    return frame(0, performative(0x10, [container, None, *limits, None, None, None, None, {Symbol("product"): PRODUCT}]))


def begin(channel: int) -> bytes:
    """Begin, 8 fields; this server uses the peer's number for its own channel."""
    windows = [UInt(0), UInt(SESSION_WINDOW), UInt(SESSION_WINDOW), UInt(HANDLE_MAX)]
    return frame(channel, performative(0x11, [UShort(channel), *windows, None, None, None]))


def attach(channel: int, name: str, *, handle: int, answers_receiver: bool, settle_mode: int, address: str) -> bytes:
    """Attach, 14 fields: the answer to a peer's, under the peer's handle. The answer to a receiver is a sender."""
    count = UInt(0) if answers_receiver else None
    source = Described(ULong(_SOURCE), [address, *[None] * 10])
    target = Described(ULong(_TARGET), [address, *[None] * 6])
    modes = [not answers_receiver, UByte(settle_mode), UByte(0)]
    tail = [None, None, count, ULong(MAX_MESSAGE_SIZE), None, None, None]
    return frame(channel, performative(0x12, [name, UInt(handle), *modes, source, target, *tail]))


@dataclass(frozen=True, slots=True)
class LinkState:
    """A link's part of a flow."""

    handle: int
    delivery_count: int
    credit: int
    is_drain: bool = False


def flow(channel: int, *, next_incoming_id: int, next_outgoing_id: int, link: LinkState | None) -> bytes:
    """Flow, 11 fields: the session's windows, and a link's credit where one is given."""
    windows = [UInt(next_incoming_id), UInt(SESSION_WINDOW), UInt(next_outgoing_id), UInt(SESSION_WINDOW)]
    state: list[object] = [None, None, None, None, False]
    if link is not None:
        state = [UInt(link.handle), UInt(link.delivery_count), UInt(link.credit), None, link.is_drain]
    return frame(channel, performative(0x13, [*windows, *state, False, None]))


class TransferLink(NamedTuple):
    """Where transfers go, and how large their frames may be."""

    channel: int
    handle: int
    max_frame_size: int


def transfer_frames(link: TransferLink, delivery_id: int, message: bytes) -> list[bytes]:
    """Transfers, 11 fields each, of one settled message: as many frames as the peer's limit asks for."""
    number = _DELIVERY_ID.pack(delivery_id)
    before = b"".join((encode(UInt(link.handle)), b"\x70", number, b"\xa0\x04", number, b"\x43\x41"))
    room = link.max_frame_size - _TRANSFER_OVERHEAD - len(before)
    if len(message) <= room:
        return [_transfer(link.channel, before, more=_LAST, payload=message)]
    return [
        _transfer(link.channel, before, more=_LAST if cut + room >= len(message) else _MORE, payload=message[cut : cut + room])
        for cut in range(0, len(message), room)
    ]


def _transfer(channel: int, before: bytes, *, more: bytes, payload: bytes) -> bytes:
    """Fields up to `settled` are given; then more, receiver's mode, state, resume, aborted, batchable."""
    values = len(before) + 6
    header = _FRAME_HEADER.pack(14 + values + len(payload), 2, AMQP_FRAME, channel)
    return b"".join((header, b"\x00\x53\x14\xc0", bytes((values + 1, 11)), before, more, b"\x40\x40\x42\x42\x42", payload))


def disposition(channel: int, delivery_id: int, error: AmqpError | None) -> bytes:
    """Disposition, 6 fields: the message is accepted, or rejected for `error`."""
    state = Described(ULong(_ACCEPTED), []) if error is None else Described(ULong(_REJECTED), [error.encoded()])
    return frame(channel, performative(0x15, [True, UInt(delivery_id), UInt(delivery_id), True, state, False]))


def detach(channel: int, handle: int, error: AmqpError | None) -> bytes:
    """Detach, 3 fields; always for good."""
    return frame(channel, performative(0x16, [UInt(handle), True, _encoded(error)]))


def end(channel: int, error: AmqpError | None) -> bytes:
    """End, 1 field."""
    return frame(channel, performative(0x17, [_encoded(error)]))


def close(error: AmqpError | None) -> bytes:
    """Close, 1 field."""
    return frame(0, performative(0x18, [_encoded(error)]))


def _encoded(error: AmqpError | None) -> Described | None:
    return None if error is None else error.encoded()
