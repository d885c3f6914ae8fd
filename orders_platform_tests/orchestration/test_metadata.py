"""What a report becomes in Dagster's hands, in the cases that a normal pass does not show."""

import dagster as dg

from orders_platform.lakehouse.metadata import LONGEST_TEXT, check_metadata, table_metadata
from orders_platform.lakehouse.report import CheckResult
from orders_platform.orchestration.metadata import as_dagster
from orders_platform_tests.orchestration.fakes import a_report


def test_what_is_not_known_is_left_out() -> None:
    """An empty table has no lag, one that was not counted no row count, one in a catalog no path."""
    values = table_metadata(a_report("silver.orders", lag_seconds=None, longest_wait_seconds=None, row_count=None))

    assert not {"lag_seconds", "longest_wait_seconds", "dagster/row_count", "dagster/uri"} & values.keys()


def test_a_whole_number_of_seconds_is_still_plotted_as_a_float() -> None:
    """A plot breaks where the kind of its values changes from run to run."""
    values = as_dagster(table_metadata(a_report("silver.orders", lag_seconds=2, longest_wait_seconds=3, seconds=1), uri=None))

    told = {name: values[name] for name in ("lag_seconds", "longest_wait_seconds", "seconds")}
    assert told == dict(zip(told, map(dg.MetadataValue.float, (2.0, 3.0, 1.0)), strict=True))


def test_check_metadata_keeps_each_kind_of_value() -> None:
    """True is no 1, and a sample is JSON."""
    metadata: dict[str, str | int | float | list[str]] = {
        "count": 3,
        "share": 0.25,
        "complete": True,
        "sample": ["0:7"],
        "note": "first",
    }

    values = as_dagster(check_metadata(CheckResult("c", passed=True, metadata=metadata)))

    assert values == {
        "count": dg.MetadataValue.int(3),
        "share": dg.MetadataValue.float(0.25),
        "complete": dg.MetadataValue.bool(True),
        "sample": dg.MetadataValue.json(["0:7"]),
        "note": dg.MetadataValue.text("first"),
    }


def test_a_long_text_of_a_check_is_cut() -> None:
    """No event grows with the data."""
    values = as_dagster(check_metadata(CheckResult("c", passed=True, metadata={"note": "x" * 10_000})))

    assert values["note"] == dg.MetadataValue.text("x" * LONGEST_TEXT)
