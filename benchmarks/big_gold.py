"""Gold as ten million orders leave it, written without Spark: two years up to this minute; and the ledger of an hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.report import CheckResult, TableReport

_COUNTRIES: Final = 38
_PRODUCTS: Final = 3_500
_CANCELLED_SHARE: Final = 0.14
_ORPHAN_SHARE: Final = 0.6
# so many days are a file, as maintenance leaves them
_DAYS_A_FILE: Final = 30
_COUNTRIES_A_MINUTE: Final = 10
_PASS_SECONDS: Final = 5
_KINDS: Final = {"string": pa.string(), "date": pa.date32(), "timestamp": pa.timestamp("us", "UTC"), "int": pa.int32()}
Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sold:
    """How much: so many orders, evenly over so many days, of which the last is the day of `until`."""

    orders: int
    days: int
    until: datetime

    @property
    def a_day(self) -> int:
        """Orders of each day."""
        return self.orders // self.days

    def stretches(self) -> Iterator[list[date]]:
        """The days, file by file."""
        days = [self.until.date() - timedelta(days=ago) for ago in reversed(range(self.days))]
        for first in range(0, self.days, _DAYS_A_FILE):
            yield days[first : first + _DAYS_A_FILE]


def write_gold(lake: Path, sold: Sold) -> int:
    """Write every table that the control room reads of gold; the number of rows."""
    rng, rows = np.random.default_rng(7), 0
    makers = {
        "gold.daily_sales": _daily,
        "gold.sales_by_minute": _minutes,
        "gold.product_sales": _products,
        "gold.cancellations": _cancellations,
    }
    for days in sold.stretches():
        for table, make in makers.items():
            columns = make(rng, days, sold)
            rows += _append(lake, table, columns)
    return rows


def write_hour(lake: Path, until: datetime) -> None:
    """An hour of passes, each of which filled every table."""
    for number in range(3600 // _PASS_SECONDS):
        at = until - timedelta(seconds=number * _PASS_SECONDS)
        told = [_report(f"p{number}", table.key, at) for table in TABLES]
        ledger.write(str(lake), f"p{number}", told, started_at=at)


def _daily(rng: np.random.Generator, days: list[date], sold: Sold) -> Columns:
    count = len(days) * _COUNTRIES
    orders = rng.poisson(sold.a_day / _COUNTRIES, count)
    return {
        "order_date": np.repeat(np.array(days, "datetime64[D]"), _COUNTRIES),
        "country": np.tile(_names("Country", _COUNTRIES), len(days)),
        "lines": orders * 12,
        "units": orders * 100,
        **_sums(rng, orders),
    }


def _minutes(rng: np.random.Generator, days: list[date], sold: Sold) -> Columns:
    """Around the clock, a few countries a minute; nothing is sold that is still to come."""
    minutes = np.concatenate([np.datetime64(day, "m") + np.arange(24 * 60) for day in days])
    minutes = minutes[minutes <= np.datetime64(sold.until.replace(tzinfo=None), "m")]
    orders = rng.poisson(sold.a_day / (24 * 60 * _COUNTRIES_A_MINUTE), len(minutes) * _COUNTRIES_A_MINUTE)
    return {
        "minute": np.repeat(minutes, _COUNTRIES_A_MINUTE).astype("datetime64[us]"),
        "country": np.tile(_names("Country", _COUNTRIES_A_MINUTE), len(minutes)),
        **_sums(rng, orders),
    }


def _products(rng: np.random.Generator, days: list[date], sold: Sold) -> Columns:
    count = len(days) * _PRODUCTS
    units = rng.poisson(sold.a_day * 100 / _PRODUCTS, count)
    sums = _sums(rng, units)
    return {
        "order_date": np.repeat(np.array(days, "datetime64[D]"), _PRODUCTS),
        "product_no": np.tile(_names("P", _PRODUCTS), len(days)),
        "product_name": np.tile(_names("Product", _PRODUCTS), len(days)),
        "units_sold": units,
        "units_cancelled": units // 20,
        "price_minor": rng.integers(100, 5000, count),
        **{name: sums[name] for name in ("currency", "gross_minor", "cancelled_minor", "net_minor")},
    }


def _cancellations(rng: np.random.Generator, days: list[date], sold: Sold) -> Columns:
    count = int(len(days) * sold.a_day * _CANCELLED_SHARE)
    is_orphan = rng.random(count) < _ORPHAN_SHARE
    return {
        "order_id": _names(f"c{days[0]}", count),
        "order_date": np.sort(rng.choice(np.array(days, "datetime64[D]"), count)),
        "country": rng.choice(_names("Country", _COUNTRIES), count),
        "currency": np.full(count, "GBP"),
        "cancels_order_id": [None if orphan else "sold" for orphan in is_orphan],
        "cancelled_minor": rng.integers(100, 50_000, count),
        "match": np.where(is_orphan, "orphan", "named"),
        "days_since_sale": [None if orphan else 3 for orphan in is_orphan],
    }


def _sums(rng: np.random.Generator, orders: np.ndarray[Any, Any]) -> Columns:
    gross = orders * rng.integers(500, 30_000, len(orders))
    return {
        "currency": np.full(len(orders), "GBP"),
        "orders": orders,
        "cancellations": orders // 7,
        "gross_minor": gross,
        "cancelled_minor": gross // 20,
        "net_minor": gross - gross // 20,
    }


def _names(word: str, count: int) -> np.ndarray[Any, Any]:
    return np.array([f"{word} {number}" for number in range(count)])


def _append(lake: Path, table: str, columns: Columns) -> int:
    """In the table's own columns and types."""
    layer, _, name = table.partition(".")
    held = {column.name: pa.array(columns[column.name], _KINDS.get(column.type, pa.int64())) for column in BY_KEY[table].columns}
    rows = pa.table(held)
    write_deltalake(lake / layer / name, rows, mode="append")
    return int(rows.num_rows)


def _report(pass_id: str, table: str, at: datetime) -> TableReport:
    checks = tuple(CheckResult(f"check_{number}", passed=True) for number in range(4))
    return TableReport(
        pass_id=pass_id,
        table=table,
        rows_in=100,
        written=100,
        duplicates=0,
        quarantined=0,
        positions_from={"orders-1": {"0": 0}},
        positions_to={"orders-1": {"0": 100}},
        version=1,
        row_count=10_000_000,
        lag_seconds=4.0 + at.astimezone(UTC).second / 60,
        seconds=0.5,
        finished_at=at,
        checks=checks,
    )
