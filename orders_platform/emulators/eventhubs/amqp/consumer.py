"""A consumer's link: events of one partition, from where it asked to start, then as they come."""

import asyncio

from orders_platform.emulators.eventhubs import message as amqp
from orders_platform.emulators.eventhubs.amqp.address import Address
from orders_platform.emulators.eventhubs.amqp.codec import encode
from orders_platform.emulators.eventhubs.amqp.incoming import Attach
from orders_platform.emulators.eventhubs.amqp.link import Carrier, LinkRefusedError, SendingLink
from orders_platform.emulators.eventhubs.amqp.start import StartRefusedError, start_sequence
from orders_platform.emulators.eventhubs.amqp.types import Symbol, Timestamp
from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.log import PartitionLog, Record
from orders_platform.emulators.eventhubs.service import NO_EPOCH, ReaderRefusedError

_EPOCH = "com.microsoft:epoch"
_RUNTIME_METRIC = "com.microsoft:enable-receiver-runtime-metric"
_CHUNK_BYTES = 512 * 1024


class ConsumerLink(SendingLink):
    """Reads the log on behalf of a consumer."""

    def __init__(self, carrier: Carrier, attach: Attach, *, hub: Hub, address: Address, log: PartitionLog) -> None:
        """Nothing is read before the link is open."""
        super().__init__(carrier, attach)
        self.log: PartitionLog = log
        epoch = attach.properties.get(_EPOCH)
        self.epoch = epoch if isinstance(epoch, int) else NO_EPOCH
        self._hub = hub
        self._partition = address.partition or ""
        self._group = address.group or ""
        self._path = address.path
        self._selector = attach.selector
        self._wants_metric = _RUNTIME_METRIC in attach.desired
        self._position = 0
        self._wake: asyncio.Handle | None = None

    def opened(self) -> None:
        """Find the start and join the partition's readers. Raises LinkRefusedError."""
        service = self.carrier.service
        try:
            self._position = start_sequence(self.log, self._selector)
            service.admit(self._hub, self._partition, group=self._group, reader=self)
        except StartRefusedError as error:
            raise LinkRefusedError("com.microsoft:argument-error", str(error)) from error
        except ReaderRefusedError as error:
            raise LinkRefusedError(error.condition, str(error)) from error
        self.log.subscribe(self.pump)

    def closed(self) -> None:
        """Leave the partition's readers."""
        self.log.unsubscribe(self.pump)
        self.carrier.service.leave(self._hub, self._partition, group=self._group, reader=self)
        if self._wake is not None:
            self._wake.cancel()

    def steal(self, text: str) -> None:
        """Give way to a consumer with a higher epoch."""
        self.detach("amqp:link:stolen", text)

    def pump(self) -> None:
        """Send a chunk; the rest waits for its turn, so that no consumer starves the others."""
        log = self.log
        self._position = min(self._position, log.next)
        if self.credit <= 0 or self._position >= log.next or self._is_held():
            return
        if not self.carrier.is_authorized(self._path):
            self.detach("amqp:unauthorized-access", "The token has expired; put a new one first.")
            return
        records = log.read(self._position, max_count=min(self.credit, self.carrier.room()), max_bytes=_CHUNK_BYTES)
        sent = self.send(self._messages(records))
        self._position = records[sent - 1].sequence + 1 if sent else self._position
        if self.credit > 0 and self.carrier.room() > 0 and self._position < log.next:
            self._pump_after(0.0)

    def _messages(self, records: list[Record]) -> list[bytes]:
        if not self._wants_metric:
            return [record.message for record in records]
        metric = self._metric()
        return [amqp.annotate_delivery(record.message, metric) for record in records]

    def _is_held(self) -> bool:
        seconds = self.carrier.service.faults.throttled_for(self.log)
        if seconds > 0:
            self._pump_after(seconds)
        return seconds > 0

    def _pump_after(self, seconds: float) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._wake = asyncio.get_running_loop().call_later(seconds, self.pump)

    def _metric(self) -> bytes:
        """Delivery annotations that tell how far the partition has got."""
        log = self.log
        return encode(
            {
                Symbol("last_enqueued_sequence_number"): log.last_sequence,
                Symbol("last_enqueued_offset"): str(log.last_offset),
                Symbol("last_enqueued_time_utc"): Timestamp(log.last_ms),
                Symbol("runtime_info_retrieval_time_utc"): Timestamp(self.carrier.service.clock()),
            }
        )
