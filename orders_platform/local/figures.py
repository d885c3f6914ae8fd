"""What the demo says at its end, read from the gold tables without a JVM."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_SUMS: Final = ("orders", "cancellations", "lines", "gross_minor", "cancelled_minor", "net_minor")


@dataclass(frozen=True, slots=True)
class GoldTotals:
    """Sums over gold.daily_sales; money in minor units."""

    orders: int
    cancellations: int
    lines: int
    gross_minor: int
    cancelled_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long the demo's parts took; replay and the start of Spark overlap, so total is no sum."""

    replay: float
    spark_pass: float
    total: float


def gold_totals(lake: Path) -> GoldTotals | None:
    """Add up gold.daily_sales as it stands; None where there is none yet."""
    from deltalake import DeltaTable, QueryBuilder

    path = str(lake / "gold" / "daily_sales")
    if not DeltaTable.is_deltatable(path):
        return None
    # by deltalake's own engine: a process that has read by pyarrow's threads is now and then aborted at its end
    read = QueryBuilder().register("daily_sales", DeltaTable(path)).execute("SELECT * FROM daily_sales").read_all()
    return GoldTotals(**{name: sum(read.column(name).to_pylist()) for name in _SUMS})


def as_dict(totals: GoldTotals) -> dict[str, int]:
    """The sums by name."""
    return asdict(totals)
