"""What a table's part in a pass says on Dagster's pages, in the words of its Pipes protocol.

Built in one place, for the cluster as for Dagster itself: one malformed value would hide all that is reported after it.
"""

from typing import Final

from dagster_pipes import PipesMetadataValue

from orders_platform.lakehouse.report import CheckResult, TableReport

LONGEST_TEXT: Final = 2000
Values = dict[str, PipesMetadataValue]


def table_metadata(report: TableReport, uri: str | None = None) -> Values:
    """Counts, positions, version and times; what is not known is left out."""
    values: Values = {
        "rows_in": {"type": "int", "raw_value": report.rows_in},
        "rows_written": {"type": "int", "raw_value": report.written},
        "rows_duplicate": {"type": "int", "raw_value": report.duplicates},
        "rows_quarantined": {"type": "int", "raw_value": report.quarantined},
        "positions_from": {"type": "json", "raw_value": report.positions_from},
        "positions_to": {"type": "json", "raw_value": report.positions_to},
        "table_version": {"type": "int", "raw_value": report.version},
        "seconds": {"type": "float", "raw_value": float(report.seconds)},
        "finished_at": {"type": "timestamp", "raw_value": report.finished_at.timestamp()},
        "pass_id": {"type": "text", "raw_value": report.pass_id},
    }
    if report.row_count is not None:
        values["dagster/row_count"] = {"type": "int", "raw_value": report.row_count}
    if report.lag_seconds is not None:
        values["lag_seconds"] = {"type": "float", "raw_value": float(report.lag_seconds)}
    if report.longest_wait_seconds is not None:
        values["longest_wait_seconds"] = {"type": "float", "raw_value": float(report.longest_wait_seconds)}
    if uri:
        values["dagster/uri"] = {"type": "text", "raw_value": uri}
    return values


def check_metadata(check: CheckResult) -> Values:
    """A check's counts and its sample; a text is cut, so that no event grows with the data."""
    return {name: _value(value) for name, value in check.metadata.items()}


def _value(value: str | float | list[str]) -> PipesMetadataValue:
    match value:
        case bool():
            return {"type": "bool", "raw_value": value}
        case int():
            return {"type": "int", "raw_value": value}
        case float():
            return {"type": "float", "raw_value": value}
        case list():
            return {"type": "json", "raw_value": value}
    return {"type": "text", "raw_value": value[:LONGEST_TEXT]}
