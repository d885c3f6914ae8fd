"""The demo's figures are gold's own, read without a JVM."""

from pathlib import Path

import pyarrow as pa
from deltalake import write_deltalake

from orders_platform.local.figures import GoldTotals, gold_totals


def test_totals_are_the_sums_over_days_and_countries(tmp_path: Path) -> None:
    """Every column by itself."""
    rows = {
        "orders": [2, 1],
        "cancellations": [0, 1],
        "lines": [5, 3],
        "gross_minor": [1000, 250],
        "cancelled_minor": [0, 100],
        "net_minor": [1000, 150],
    }
    write_deltalake(str(tmp_path / "gold" / "daily_sales"), pa.table(rows))

    assert gold_totals(tmp_path) == GoldTotals(
        orders=3, cancellations=1, lines=8, gross_minor=1250, cancelled_minor=100, net_minor=1150
    )


def test_a_lake_without_gold_has_no_totals(tmp_path: Path) -> None:
    """A pass that ended early leaves nothing to add up, and that is no error of its own."""
    assert gold_totals(tmp_path) is None
