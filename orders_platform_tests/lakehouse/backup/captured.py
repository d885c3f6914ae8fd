"""Files as Event Hubs Capture writes them, out of what a hub gave: its schema, its names.

https://learn.microsoft.com/azure/event-hubs/explore-captured-avro-files
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import fastavro

from orders_platform_tests.oracle.facts import Row

_VALUES = ["long", "double", "string", "bytes"]
_SCHEMA = fastavro.parse_schema({
    "type": "record",
    "name": "EventData",
    "namespace": "Microsoft.ServiceBus.Messaging",
    "fields": [
        {"name": "SequenceNumber", "type": "long"},
        {"name": "Offset", "type": "string"},
        {"name": "EnqueuedTimeUtc", "type": "string"},
        {"name": "SystemProperties", "type": {"type": "map", "values": _VALUES}},
        {"name": "Properties", "type": {"type": "map", "values": [*_VALUES, "null"]}},
        {"name": "Body", "type": ["null", "bytes"]},
    ],
})  # fmt: skip


def capture(rows: Iterable[Row], folder: Path, *, hub: str = "shop/orders", per_file: int = 5) -> list[Path]:
    """Write rows of bronze as a namespace would, `hub` being its name and the hub's; the files."""
    by_partition: dict[int, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["partition"], row["sequence_number"])):
        by_partition[row["partition"]].append(row)
    return [
        _written(held[first : first + per_file], folder / hub, partition, second=first // per_file)
        for partition, held in by_partition.items()
        for first in range(0, len(held), per_file)
    ]


def _written(rows: list[Row], folder: Path, partition: int, *, second: int) -> Path:
    hour: datetime = rows[0]["enqueued_at"]
    path = folder / f"{partition}/{hour:%Y/%m/%d/%H/%M}/{second:02}.avro"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        fastavro.writer(file, _SCHEMA, [_record(row) for row in rows])
    return path


def _record(row: Row) -> dict[str, Any]:
    """The hub's clock to the millisecond, as the namespace's own property has it."""
    at: datetime = row["enqueued_at"]
    properties = {"x-opt-enqueued-time": round(at.timestamp() * 1000)}
    if row["key"] is not None:
        properties["x-opt-partition-key"] = row["key"]
    return {
        "SequenceNumber": row["sequence_number"],
        "Offset": str(row["sequence_number"] * 100),
        "EnqueuedTimeUtc": f"{at.month}/{at.day}/{at.year} {at.strftime('%I').lstrip('0')}:{at:%M:%S %p}",
        "SystemProperties": properties,
        "Properties": {},
        "Body": row["value"],
    }
