"""Metadata: which hubs there are, with how many partitions, and where they are served."""

from collections.abc import Mapping
from dataclasses import dataclass

from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.kafka.protocol import BROKER_ID, LEADER_EPOCH, Error
from orders_platform.emulators.eventhubs.kafka.wire import Reader, Writer

_NOT_ASKED = -(2**31)  # "authorized operations were not asked for"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a client reached this side, and so where it finds every partition."""

    host: str
    port: int


def answer_metadata(request: Reader, version: int, *, hubs: Mapping[str, Hub], address: Address) -> bytes:
    """The one broker at `address`, and the hubs asked for (all, where none is named)."""
    names = request.nullable_array(request.string)
    if names is None or (version == 0 and not names):
        names = list(hubs)
    response = Writer()
    if version >= 3:
        response.int32(0)  # throttle
    _write_broker(response, version, address)
    response.array(names, lambda name: _write_topic(response, version, name=name, hub=hubs.get(name)))
    if version >= 8:
        response.int32(_NOT_ASKED)
    return response.done()


def _write_broker(response: Writer, version: int, address: Address) -> None:
    response.int32(1).int32(BROKER_ID).string(address.host).int32(address.port)
    if version >= 1:
        response.string(None)  # rack
    if version >= 2:
        response.string("orders-platform-emulator")  # cluster id
    if version >= 1:
        response.int32(BROKER_ID)  # controller


def _write_topic(response: Writer, version: int, *, name: str, hub: Hub | None) -> None:
    response.int16(Error.UNKNOWN_TOPIC_OR_PARTITION if hub is None else Error.NONE).string(name)
    if version >= 1:
        response.int8(0)  # no internal topic
    response.array(range(len(hub.partitions) if hub else 0), lambda index: _write_partition(response, version, index=index))
    if version >= 8:
        response.int32(_NOT_ASKED)


def _write_partition(response: Writer, version: int, *, index: int) -> None:
    response.int16(Error.NONE).int32(index).int32(BROKER_ID)
    if version >= 7:
        response.int32(LEADER_EPOCH)
    response.array([BROKER_ID], response.int32)  # replicas
    response.array([BROKER_ID], response.int32)  # replicas in sync
    if version >= 5:
        response.array([], response.int32)  # replicas offline
