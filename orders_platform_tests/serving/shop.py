"""A shop with little to sell, so that each figure can be told by hand; its lake is made by the oracle, without Spark."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.report import TableReport
from orders_platform.serving.lake_source import LakeSource
from orders_platform.serving.reading import ShownDay
from orders_platform_tests.builders import a_cancellation, an_event, body, with_data
from orders_platform_tests.orchestration.fakes import a_report
from orders_platform_tests.small_lake import a_right_lake, rewrite

# a Thursday
TODAY = date(2019, 2, 28)
NOW = datetime(2019, 2, 28, 12, 30, tzinfo=UTC)
CUSTOMER = "c-5551234"
MUGS, PENS = (("MUG", 500, 2),), (("PEN", 125, 4),)


# its total is wrong, and its id is a person's address
BROKEN = body(
    with_data(an_event("jane@example.com", placed_at="2019-02-28T10:00:00+00:00"), total_minor=1, customer_ref=CUSTOMER)
)


def ordered(name: str, at: str, **data: Any) -> bytes:
    """A sale, placed at a time like 2019-02-28T10:15."""
    return body(an_event(name, **{"customer_ref": CUSTOMER, "placed_at": f"{at}:00+00:00", **data}))


def taken_back(name: str, at: str, **data: Any) -> bytes:
    """A cancellation document."""
    return body(a_cancellation(name, **{"customer_ref": CUSTOMER, "placed_at": f"{at}:00+00:00", **data}))


def a_day() -> list[bytes]:
    """Three sales, one of them in euros, and two cancellations, one of an unknown order; the day before, and past Thursdays."""
    return [
        ordered("t1", "2019-02-28T10:15", lines=MUGS),
        ordered("t2", "2019-02-28T11:40", lines=PENS, country="Brazil"),
        ordered("t3", "2019-02-28T12:05", lines=MUGS, currency="EUR", country="France"),
        taken_back("c1", "2019-02-28T12:10", cancels="w1", lines=PENS),
        taken_back("c2", "2019-02-28T12:20", lines=PENS),
        ordered("w1", "2019-02-21T09:00", lines=PENS),
        ordered("w2", "2019-02-21T18:00", lines=PENS),
        ordered("w3", "2019-02-14T09:00", lines=PENS),
        ordered("y1", "2019-02-27T09:00", lines=PENS, country="Norway"),
        BROKEN,
    ]


def a_lake(folder: Path, bodies: Iterable[bytes] | None = None) -> Path:
    """A lake of these messages, or of `a_day`."""
    lake = a_right_lake(folder / "lake", a_day() if bodies is None else bodies)
    # what the oracle has no word for
    passed = {"enqueued_at": NOW, "quarantined_at": NOW, "attempt": 1, "value": BROKEN}
    rewrite(lake, "silver.quarantine", lambda rows: [row | passed for row in rows])
    return lake


def source(lake: Path) -> LakeSource:
    """The room's source over it."""
    return LakeSource(str(lake))


def today(at: datetime = NOW) -> ShownDay:
    """The day shown, as far as it has come."""
    return ShownDay(at.date(), at, is_today=True)


def tell(lake: Path, pass_id: str, at: datetime, *reports: TableReport) -> None:
    """Enter a pass that ended then."""
    ledger.write(str(lake), pass_id, reports, started_at=at)


def a_pass(at: datetime, *, lag: float, table: str = "gold.daily_sales", **changes: Any) -> TableReport:
    """A table's part in it."""
    return a_report(table, finished_at=at, lag_seconds=lag, **changes)


def ago(minutes: float, of: datetime = NOW) -> datetime:
    return of - timedelta(minutes=minutes)


def write_bare(lake: Path, table: str, rows: pa.Table) -> None:
    """Let a table have these columns and no others."""
    layer, _, name = table.partition(".")
    deltalake.write_deltalake(lake / layer / name, rows, mode="overwrite", schema_mode="overwrite")
