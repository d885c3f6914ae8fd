"""A producer's link: single events and batches into the log."""

import logging

from orders_platform.emulators.eventhubs import message as amqp
from orders_platform.emulators.eventhubs.amqp.address import Address
from orders_platform.emulators.eventhubs.amqp.incoming import Attach
from orders_platform.emulators.eventhubs.amqp.link import Carrier, ReceivingLink
from orders_platform.emulators.eventhubs.amqp.outgoing import AmqpError
from orders_platform.emulators.eventhubs.amqp.types import MalformedDataError
from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.log import PartitionLog
from orders_platform.errors import EnvironmentFault

BATCH_FORMAT = 0x80013700
_LOGGER = logging.getLogger(__name__)


class ProducerLink(ReceivingLink):
    """Stores what a producer sends, then says so."""

    def __init__(self, carrier: Carrier, attach: Attach, *, hub: Hub, address: Address) -> None:
        """For the whole hub, or for one partition of it."""
        super().__init__(carrier, attach)
        self._hub = hub
        self._path = address.path
        self.log = hub.partition(address.partition) if address.partition else None

    def accept(self, message: bytes, message_format: int) -> AmqpError | None:
        """Append all events of the message, or none."""
        if not self.carrier.is_authorized(self._path):
            return AmqpError("amqp:unauthorized-access", "The token has expired; put a new one first.")
        try:
            key = amqp.partition_key(message)
            events = _events(message, message_format, key)
            return self._append(events, self._destination(key)) if events else None
        except MalformedDataError as error:
            return AmqpError("amqp:decode-error", f"The message cannot be read: {error}.")

    def _destination(self, key: str | None) -> PartitionLog:
        if self.log is not None:
            return self.log
        index = self._hub.next_index() if key is None else self._hub.index_of_key(key)
        return self._hub.partitions[index]

    def _append(self, events: list[bytes], log: PartitionLog) -> AmqpError | None:
        service = self.carrier.service
        if service.faults.refuses_send(log):
            return AmqpError("com.microsoft:server-busy", "The request was terminated because the entity is being throttled.")
        try:
            log.append(events, service.clock())
        except EnvironmentFault as fault:
            _LOGGER.exception("append failed")
            return AmqpError("amqp:internal-error", str(fault))
        return None


def _events(message: bytes, message_format: int, key: str | None) -> list[bytes]:
    """The events of a message, each with the partition key of their batch."""
    events = amqp.data_sections(message) if message_format == BATCH_FORMAT else [message]
    if key is None:
        return events
    return [event if amqp.partition_key(event) is not None else amqp.with_partition_key(event, key) for event in events]
