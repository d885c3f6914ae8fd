"""A session: its links, and the windows that bound how many frames may be under way."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from orders_platform.emulators.eventhubs.amqp import incoming, outgoing
from orders_platform.emulators.eventhubs.amqp.incoming import Attach, Begin, Flow, Performative, Transfer
from orders_platform.emulators.eventhubs.amqp.link import Link, LinkRefusedError, ReceivingLink, SendingLink
from orders_platform.emulators.eventhubs.amqp.outgoing import AmqpError, LinkState
from orders_platform.emulators.eventhubs.amqp.requests import is_request_address
from orders_platform.emulators.eventhubs.amqp.terminus import make_link
from orders_platform.emulators.eventhubs.log import PartitionLog
from orders_platform.emulators.eventhubs.sas import Claim
from orders_platform.emulators.eventhubs.service import Service

_WHOLE = 0xFFFFFFFF


class Wire(Protocol):
    """The connection, as its sessions see it."""

    service: Service
    peer_max_frame_size: int
    is_clogged: bool

    def write(self, data: bytes) -> None:
        """Put bytes on the wire."""

    def is_authorized(self, path: str) -> bool:
        """Whether a claim covers the entity."""

    def add_claim(self, claim: Claim) -> None:
        """Remember what a token allows."""


class Session:
    """Dispatches frames to links and keeps the window arithmetic."""

    def __init__(self, wire: Wire, channel: int, begin: Begin) -> None:
        """Answer the peer's begin."""
        self.service = wire.service
        self._wire = wire
        self._channel = channel
        self._links: dict[int, Link] = {}
        self._next_incoming_id = begin.next_outgoing_id
        self._frames_since_flow = 0
        self._next_outgoing_id = 0
        self._next_delivery_id = 0
        self._peer_window = begin.incoming_window
        wire.write(outgoing.begin(channel))

    def dispatch(self, performative: Performative) -> None:
        """Act on a frame. Raises MalformedDataError."""
        if performative.code == incoming.TRANSFER:
            self._on_transfer(Transfer.of(performative))
        elif performative.code == incoming.FLOW:
            self._on_flow(Flow.of(performative.fields))
        elif performative.code == incoming.ATTACH:
            self._on_attach(Attach.of(performative.fields))
        elif performative.code == incoming.DETACH:
            handle = performative.fields.need_number(0)
            if handle in self._links:
                self.drop(handle, None)

    def close(self) -> None:
        """End all links without a word."""
        links, self._links = list(self._links.values()), {}
        for link in links:
            link.closed()

    def pump(self) -> None:
        """Send what links can send, after a window or the wire has opened."""
        for link in list(self._links.values()):
            if isinstance(link, SendingLink):
                link.pump()

    def detach_links(self, log: PartitionLog | None) -> None:
        """Force producers and consumers off."""
        for link in list(self._links.values()):
            if not is_request_address(link.address) and log in {None, link.log}:
                link.detach("amqp:link:detach-forced", "The link was force detached by the broker.")

    def is_authorized(self, path: str) -> bool:
        """Whether the connection may touch the entity."""
        return self._wire.is_authorized(path)

    def add_claim(self, claim: Claim) -> None:
        """Remember what a token allows."""
        self._wire.add_claim(claim)

    def room(self) -> int:
        """How many frames may be sent now."""
        return 0 if self._wire.is_clogged else self._peer_window

    def send(self, handle: int, messages: Sequence[bytes]) -> int:
        """Send settled messages in one write, until the window is used up; how many went.

        A message of several frames may take the window below zero; nothing more goes out then.
        """
        frames: list[bytes] = []
        sent = 0
        link = outgoing.TransferLink(self._channel, handle, self._wire.peer_max_frame_size)
        for message in messages:
            if len(frames) >= self._peer_window:
                break
            frames += outgoing.transfer_frames(link, (self._next_delivery_id + sent) & _WHOLE, message)
            sent += 1
        self._wire.write(b"".join(frames))
        self._next_delivery_id = (self._next_delivery_id + sent) & _WHOLE
        self._next_outgoing_id = (self._next_outgoing_id + len(frames)) & _WHOLE
        self._peer_window -= len(frames)
        return sent

    def send_flow(self, link: LinkState | None) -> None:
        """Tell the session's windows, and a link's credit."""
        self._frames_since_flow = 0
        ids = {"next_incoming_id": self._next_incoming_id, "next_outgoing_id": self._next_outgoing_id}
        self._wire.write(outgoing.flow(self._channel, **ids, link=link))

    def settle(self, delivery_id: int, error: AmqpError | None) -> None:
        """Accept or reject a message; late, where a test wants it so."""
        answer = outgoing.disposition(self._channel, delivery_id, error)
        delay = self.service.faults.disposition_delay_s
        if delay > 0:
            asyncio.get_running_loop().call_later(delay, self._wire.write, answer)
        else:
            self._wire.write(answer)

    def drop(self, handle: int, error: AmqpError | None) -> None:
        """Detach a link; one that is gone is fine."""
        link = self._links.pop(handle, None)
        if link is not None:
            link.closed()
            self._wire.write(outgoing.detach(self._channel, handle, error))

    def response_link(self, address: str) -> Link | None:
        """The link on which answers from that address go out."""
        return next((link for link in self._links.values() if link.is_receiver and link.address == address), None)

    def _on_attach(self, attach: Attach) -> None:
        self._free(attach.handle)
        self._wire.write(
            outgoing.attach(
                self._channel,
                attach.name,
                handle=attach.handle,
                answers_receiver=attach.is_receiver,
                settle_mode=attach.settle_mode,
                address=attach.address,
            )
        )
        try:
            link = self._links[attach.handle] = make_link(self, attach)
            link.opened()
        except LinkRefusedError as error:
            self._links.pop(attach.handle, None)
            self._wire.write(outgoing.detach(self._channel, attach.handle, error.error))

    def _free(self, handle: int) -> None:
        """A peer that uses a handle again has given up the link that had it."""
        former = self._links.pop(handle, None)
        if former is not None:
            former.closed()

    def _on_transfer(self, transfer: Transfer) -> None:
        self._next_incoming_id = (self._next_incoming_id + 1) & _WHOLE
        self._frames_since_flow += 1
        link = self._links.get(transfer.handle)
        if isinstance(link, ReceivingLink):
            link.on_transfer(transfer)
        if self._frames_since_flow > outgoing.SESSION_WINDOW // 2:
            self.send_flow(None)

    def _on_flow(self, flow: Flow) -> None:
        start = flow.next_incoming_id or 0
        window = (start + flow.incoming_window - self._next_outgoing_id) & _WHOLE
        self._peer_window = 0 if window > _WHOLE // 2 else window
        link = None if flow.handle is None else self._links.get(flow.handle)
        if isinstance(link, SendingLink):
            link.on_flow(flow)
        elif flow.handle is None:
            self.pump()
            if flow.wants_echo:
                self.send_flow(None)
