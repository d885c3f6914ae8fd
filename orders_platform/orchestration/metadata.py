"""What a finished table reports to Dagster, built in one place: one malformed value would hide all that comes after it."""

from collections.abc import Mapping
from typing import Any, Final

import dagster as dg

from orders_platform.lakehouse.report import CheckResult, TableReport

MetadataValues = dict[str, dg.MetadataValue[Any]]
LONGEST_TEXT: Final = 2000


def table_metadata(report: TableReport, uri: str | None) -> MetadataValues:
    """Counts, positions, version and times of a table's part in a pass."""
    values: MetadataValues = {
        "rows_in": dg.MetadataValue.int(report.rows_in),
        "rows_written": dg.MetadataValue.int(report.written),
        "rows_duplicate": dg.MetadataValue.int(report.duplicates),
        "rows_quarantined": dg.MetadataValue.int(report.quarantined),
        "positions_from": dg.MetadataValue.json(report.positions_from),
        "positions_to": dg.MetadataValue.json(report.positions_to),
        "table_version": dg.MetadataValue.int(report.version),
        "seconds": dg.MetadataValue.float(float(report.seconds)),
        "finished_at": dg.MetadataValue.timestamp(report.finished_at),
        "pass_id": dg.MetadataValue.text(report.pass_id),
    }
    if report.row_count is not None:
        values["dagster/row_count"] = dg.MetadataValue.int(report.row_count)
    if report.lag_seconds is not None:
        values["lag_seconds"] = dg.MetadataValue.float(float(report.lag_seconds))
    if uri:
        values["dagster/uri"] = dg.MetadataValue.text(uri)
    return values


def check_metadata(check: CheckResult) -> MetadataValues:
    """A check's counts and its sample; a sample is cut, so that no event grows with the data."""
    return {name: _value(value) for name, value in check.metadata.items()}


def tail_metadata(partitions: Mapping[str, Mapping[str, int | str | None]], events: int) -> MetadataValues:
    """What the hub holds: how many events were ever sent, and each partition's ends."""
    records = [dg.TableRecord({"partition": name, **ends}) for name, ends in partitions.items()]
    return {"events": dg.MetadataValue.int(events), "partitions": dg.MetadataValue.table(records, schema=_TAIL_SCHEMA)}


def _value(value: str | float | list[str]) -> dg.MetadataValue[Any]:
    if isinstance(value, bool):
        return dg.MetadataValue.bool(value)
    if isinstance(value, int):
        return dg.MetadataValue.int(value)
    if isinstance(value, float):
        return dg.MetadataValue.float(value)
    if isinstance(value, list):
        return dg.MetadataValue.json(value)
    return dg.MetadataValue.text(value[:LONGEST_TEXT])


_TAIL_SCHEMA = dg.TableSchema(
    columns=[
        dg.TableColumn("partition", "string"),
        dg.TableColumn("begin", "int", description="Oldest sequence number still held"),
        dg.TableColumn("next", "int", description="Sequence number that the next event gets"),
        dg.TableColumn("last_enqueued_at", "string", description="When the newest event came, by the hub's clock"),
    ]
)
