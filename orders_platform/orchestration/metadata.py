"""Metadata of tables and of the hub in Dagster's own values."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import dagster as dg

from orders_platform.lakehouse.metadata import Values

MetadataValues = dict[str, dg.MetadataValue[Any]]
# a partition of the hub beside what a table has of it
Ends = Mapping[str, int | float | str | None]


def as_dagster(values: Values) -> MetadataValues:
    """What a table tells in the words of Pipes, as a step in this process reports it."""
    makers: dict[str, Callable[[Any], dg.MetadataValue[Any]]] = {
        "int": dg.MetadataValue.int,
        "float": dg.MetadataValue.float,
        "bool": dg.MetadataValue.bool,
        "json": dg.MetadataValue.json,
        "text": dg.MetadataValue.text,
        "timestamp": dg.MetadataValue.timestamp,
    }
    return {name: makers[value["type"]](value["raw_value"]) for name, value in values.items()}


def tail_metadata(partitions: Mapping[str, Ends], events: int) -> MetadataValues:
    """What the hub holds: how many events were ever sent, each partition's ends, and how far bronze is behind them."""
    records = [dg.TableRecord({"partition": name, **ends}) for name, ends in partitions.items()]
    events_behind, seconds_behind = _behind(partitions.values())
    return {
        "events": dg.MetadataValue.int(events),
        "events_behind": dg.MetadataValue.int(events_behind),
        "seconds_behind": dg.MetadataValue.float(seconds_behind),
        "partitions": dg.MetadataValue.table(records, schema=_TAIL_SCHEMA),
    }


def tables_metadata(ends: Mapping[str, Mapping[str, Ends]]) -> MetadataValues:
    """How far each table is behind the hub, by its partitions' ends."""
    behind = {table: _behind(partitions.values()) for table, partitions in ends.items()}
    records = [
        dg.TableRecord({"table": table, "events_behind": events, "seconds_behind": seconds})
        for table, (events, seconds) in behind.items()
    ]
    return {"tables": dg.MetadataValue.table(records, schema=_TABLES_SCHEMA)}


def _behind(partitions: Iterable[Ends]) -> tuple[int, float]:
    """Events, and seconds; always there, and always of one kind, so that they are plotted."""
    told = list(partitions)
    return sum(int(ends["behind"] or 0) for ends in told), max((float(ends["seconds_behind"] or 0) for ends in told), default=0.0)


_TAIL_SCHEMA = dg.TableSchema(
    columns=[
        dg.TableColumn("partition", "string"),
        dg.TableColumn("begin", "int", description="Oldest sequence number still held"),
        dg.TableColumn("next", "int", description="Sequence number that the next event gets"),
        dg.TableColumn("last_enqueued_at", "string", description="When the newest event came, by the hub's clock"),
        dg.TableColumn("committed", "int", description="Sequence number up to which bronze has it"),
        dg.TableColumn("behind", "int", description="Events that bronze has not taken"),
        dg.TableColumn("seconds_behind", "float", description="Age of the newest event, where bronze has not taken it"),
    ]
)
_TABLES_SCHEMA = dg.TableSchema(
    columns=[
        dg.TableColumn("table", "string"),
        dg.TableColumn("events_behind", "int", description="Events in the hub that the table does not cover"),
        dg.TableColumn("seconds_behind", "float", description="Age of the newest event in the hub, where the table lacks it"),
    ]
)
