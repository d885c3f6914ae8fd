"""Metadata of tables and of the hub in Dagster's own values."""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg

from orders_platform.lakehouse.metadata import Values

MetadataValues = dict[str, dg.MetadataValue[Any]]


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


def tail_metadata(partitions: Mapping[str, Mapping[str, int | float | str | None]], events: int) -> MetadataValues:
    """What the hub holds: how many events were ever sent, each partition's ends, and how far bronze is behind them."""
    records = [dg.TableRecord({"partition": name, **ends}) for name, ends in partitions.items()]
    behind = [int(ends["behind"] or 0) for ends in partitions.values()]
    # always there, and always of one kind, so that they are plotted
    oldest = max((float(ends["seconds_behind"] or 0) for ends in partitions.values()), default=0.0)
    return {
        "events": dg.MetadataValue.int(events),
        "events_behind": dg.MetadataValue.int(sum(behind)),
        "seconds_behind": dg.MetadataValue.float(oldest),
        "partitions": dg.MetadataValue.table(records, schema=_TAIL_SCHEMA),
    }


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
