"""`$management`: what the service tells about a hub and its partitions."""

from collections.abc import Callable

from orders_platform.emulators.eventhubs.amqp.requests import Answer, Request
from orders_platform.emulators.eventhubs.amqp.types import Int, Strings, Timestamp
from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.log import PartitionLog
from orders_platform.emulators.eventhubs.sas import TokenRefusedError
from orders_platform.emulators.eventhubs.service import Service

HUB, PARTITION = "com.microsoft:eventhub", "com.microsoft:partition"


def read_entity(service: Service, request: Request, is_authorized: Callable[[str], bool]) -> Answer:
    """Properties of a hub or partition: 200, or 401, 404, 400 as the service answers."""
    name, kind = request.text("name"), request.text("type")
    if not _may_read(service, request, is_authorized):
        return Answer(401, "Unauthorized: A token with claims on the entity is needed.")
    if request.text("operation") != "READ" or kind not in {HUB, PARTITION}:
        return Answer(400, "BadRequest: The operation or type is not supported.")
    hub = service.hubs.get(name)
    if hub is None:
        return Answer(404, f"The messaging entity '{name}' could not be found.")
    return Answer(200, "OK", _hub_properties(hub)) if kind == HUB else _read_partition(hub, request)


def _read_partition(hub: Hub, request: Request) -> Answer:
    partition_id = str(request.properties.get("partition"))
    log = hub.partition(partition_id)
    if log is None:
        return Answer(404, f"The specified partition '{partition_id}' is invalid for an EventHub partition sender or receiver.")
    return Answer(200, "OK", _partition_properties(hub, partition_id, log))


def _may_read(service: Service, request: Request, is_authorized: Callable[[str], bool]) -> bool:
    path = request.text("name").lower()
    token = request.text("security_token")
    if not token:
        return is_authorized(path)
    try:
        return service.check_token("", token).covers(path)
    except TokenRefusedError:
        return False


def _hub_properties(hub: Hub) -> dict[str, object]:
    return {
        "name": hub.name,
        "type": HUB,
        "created_at": Timestamp(hub.created_ms),
        "partition_count": Int(len(hub.partitions)),
        "partition_ids": Strings(str(index) for index in range(len(hub.partitions))),
    }


def _partition_properties(hub: Hub, partition_id: str, log: PartitionLog) -> dict[str, object]:
    return {
        "name": hub.name,
        "type": PARTITION,
        "partition": partition_id,
        "begin_sequence_number": log.begin,
        "last_enqueued_sequence_number": log.last_sequence,
        "last_enqueued_offset": str(log.last_offset),
        "last_enqueued_time_utc": Timestamp(log.last_ms),
        "is_partition_empty": log.is_empty,
    }
