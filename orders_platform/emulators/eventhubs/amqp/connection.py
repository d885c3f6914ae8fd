"""A client's connection: log-in, sessions, claims, signs of life, and the end."""

import asyncio
import uuid
from collections.abc import Callable

from orders_platform.emulators.eventhubs.amqp import incoming, outgoing
from orders_platform.emulators.eventhubs.amqp.frames import Frame, FrameReader, ProtocolHeader
from orders_platform.emulators.eventhubs.amqp.incoming import Begin, Open, Performative
from orders_platform.emulators.eventhubs.amqp.outgoing import AmqpError
from orders_platform.emulators.eventhubs.amqp.session import Session
from orders_platform.emulators.eventhubs.amqp.types import MalformedDataError
from orders_platform.emulators.eventhubs.log import PartitionLog
from orders_platform.emulators.eventhubs.sas import Claim
from orders_platform.emulators.eventhubs.service import Service

_AMQP_HEADER, _SASL_HEADER = b"AMQP\x00\x01\x00\x00", b"AMQP\x03\x01\x00\x00"
_SASL = 3
_SMALLEST_FRAME = 512
_WRITE_BUFFER_BYTES = 4 * 1024 * 1024


class Connection(asyncio.Protocol):
    """Speaks AMQP with one client."""

    def __init__(self, service: Service) -> None:
        """Wait for the peer's first word."""
        self.service = service
        self.peer_max_frame_size = outgoing.MAX_FRAME_SIZE
        self.is_clogged = False
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader(outgoing.MAX_FRAME_SIZE)
        self._sessions: dict[int, Session] = {}
        self._claims: dict[str, Claim] = {}
        self._is_logging_in = False
        self._heard_at = 0.0
        self._timers: list[asyncio.TimerHandle] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The peer is there."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            transport.set_write_buffer_limits(high=_WRITE_BUFFER_BYTES)
        self.service.faults.connections.add(self)
        self._heard_at = asyncio.get_running_loop().time()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone, and all that it had open."""
        del exc
        self.service.faults.connections.discard(self)
        for timer in self._timers:
            timer.cancel()
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            session.close()

    def data_received(self, data: bytes) -> None:
        """Act on what came; bytes that are no AMQP end the connection."""
        self._heard_at = asyncio.get_running_loop().time()
        try:
            for item in self._reader.feed(data):
                if isinstance(item, ProtocolHeader):
                    self._on_header(item)
                elif item.body:
                    self._on_frame(item)
        except MalformedDataError as error:
            self._end(AmqpError("amqp:decode-error", f"The frame cannot be read: {error}."))

    def pause_writing(self) -> None:
        """The peer does not keep up: stop sending events."""
        self.is_clogged = True

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self.is_clogged = False
        for session in list(self._sessions.values()):
            session.pump()

    def write(self, data: bytes) -> None:
        """Put bytes on the wire, if it is still there."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def is_authorized(self, path: str) -> bool:
        """Whether a claim that still holds covers the entity."""
        now_s = self.service.clock() / 1000
        return any(claim.expires_s > now_s and claim.covers(path) for claim in self._claims.values())

    def add_claim(self, claim: Claim) -> None:
        """Remember what a token allows; a newer one for the same entity takes its place."""
        self._claims[claim.path] = claim

    def abort(self) -> None:
        """Cut the wire without a word."""
        if self._transport is not None:
            self._transport.abort()

    def detach_links(self, log: PartitionLog | None) -> None:
        """Force producers and consumers off."""
        for session in list(self._sessions.values()):
            session.detach_links(log)

    def _on_header(self, header: ProtocolHeader) -> None:
        if header.protocol == _SASL:
            self._is_logging_in = True
            self.write(_SASL_HEADER + outgoing.sasl_mechanisms())
            return
        self.write(_AMQP_HEADER)
        if header.raw != _AMQP_HEADER:
            self._hang_up()

    def _on_frame(self, frame: Frame) -> None:
        performative = incoming.parse(frame.body)
        code = performative.code
        if code == incoming.SASL_INIT:
            self._log_in(performative)
        elif code == incoming.OPEN:
            self._on_open(Open.of(performative.fields))
        elif code == incoming.BEGIN:
            self._begin(frame.channel, Begin.of(performative.fields))
        elif code == incoming.CLOSE:
            self._end(None)
        elif frame.channel in self._sessions:
            self._on_session_frame(frame.channel, performative)
        # Frames for a session that has ended are let pass: the SDK detaches its links after it ended the session.

    def _begin(self, channel: int, begin: Begin) -> None:
        former = self._sessions.pop(channel, None)
        if former is not None:
            former.close()
        self._sessions[channel] = Session(self, channel, begin)

    def _on_session_frame(self, channel: int, performative: Performative) -> None:
        if performative.code == incoming.END:
            self._sessions.pop(channel).close()
            self.write(outgoing.end(channel, None))
        else:
            self._sessions[channel].dispatch(performative)

    def _log_in(self, init: Performative) -> None:
        mechanism, response = init.fields.text(0), init.fields.at(1)
        is_accepted = self._is_logging_in
        if mechanism == "PLAIN":
            is_accepted = isinstance(response, bytes) and self._knows(response)
            self.add_claim(Claim("", float("inf") if is_accepted else 0.0))
        self.write(outgoing.sasl_outcome(is_accepted=is_accepted))
        if not is_accepted:
            self._hang_up()

    def _knows(self, response: bytes) -> bool:
        """Whether the response of PLAIN holds a key's name and the key."""
        parts = response.decode(errors="replace").split("\0")
        return len(parts) == 3 and self.service.keys.knows(parts[1], parts[2])

    def _on_open(self, peer: Open) -> None:
        if peer.max_frame_size < _SMALLEST_FRAME:
            self._end(AmqpError("amqp:invalid-field", "The frame size is below the minimum of the standard."))
            return
        self.peer_max_frame_size = min(peer.max_frame_size, outgoing.MAX_MESSAGE_SIZE)
        self.write(outgoing.open_connection(uuid.uuid4().hex, self.service.idle_time_out_ms))
        if peer.idle_time_out_ms:
            self._beat(peer.idle_time_out_ms / 2000)

    def _beat(self, seconds: float) -> None:
        """Send signs of life twice as often as the peer asks for."""
        self.write(outgoing.HEARTBEAT)
        self._later(seconds, lambda: self._beat(seconds))

    def _watch(self) -> None:
        """End the connection when the peer has been silent for the time-out that it was told."""
        limit = self.service.idle_time_out_ms / 1000
        silent = asyncio.get_running_loop().time() - self._heard_at
        if silent >= limit:
            text = f"The connection was inactive for more than the allowed {self.service.idle_time_out_ms} milliseconds."
            self._end(AmqpError("amqp:connection:forced", text))
        else:
            self._later(limit - silent, self._watch)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        now = asyncio.get_running_loop().time()
        self._timers = [timer for timer in self._timers if not timer.cancelled() and timer.when() > now]
        self._timers.append(asyncio.get_running_loop().call_later(seconds, act))

    def _end(self, error: AmqpError | None) -> None:
        self.write(outgoing.close(error))
        self._hang_up()

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()
