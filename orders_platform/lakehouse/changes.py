"""What silver.order_events gained between two of its versions, and which days and hours that touches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Protocol

from pyspark.sql import DataFrame

from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.silver.table import ORDER_EVENTS
from orders_platform.lakehouse.spans import Span, spans

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


class Touched(Protocol):
    """Which part of a table is made again."""

    @property
    def is_everything(self) -> bool:
        """Whether the table starts anew."""

    @property
    def days(self) -> tuple[Span[date], ...]:
        """Days of orders."""

    @property
    def hours(self) -> tuple[Span[datetime], ...]:
        """Times of the orders' last change, UTC."""


@dataclass(frozen=True)
class Changes:
    """Rows added after version `after` (-1: from the beginning), up to version `to`."""

    lake: Lake
    after: int
    to: int

    @property
    def is_everything(self) -> bool:
        """Whether the table made from them starts anew."""
        return self.after < 0

    @cached_property
    def rows(self) -> DataFrame:
        """The events."""
        return self.lake.added(ORDER_EVENTS, after=self.after, to=self.to)

    @cached_property
    def _touched(self) -> tuple[tuple[Span[date], ...], tuple[Span[datetime], ...]]:
        """Days and hours, old and new, of orders whose state changed; asked once."""
        live = self.rows.where("NOT is_stale")
        old_and_new = (
            "explode(array(struct(order_date AS day, occurred_at AS at), "
            "struct(supersedes_order_date AS day, supersedes_occurred_at AS at))) AS point"
        )
        points = live.selectExpr(old_and_new).where("point.day IS NOT NULL")
        points = points.selectExpr("point.day", "date_trunc('hour', point.at) AS hour").distinct()
        found = points.collect()
        return spans((row.day for row in found), _DAY), spans((_utc(row.hour) for row in found), _HOUR)

    @property
    def days(self) -> tuple[Span[date], ...]:
        """Days of orders, old and new."""
        return self._touched[0]

    @property
    def hours(self) -> tuple[Span[datetime], ...]:
        """Hours of the orders' last change, old and new, UTC."""
        return self._touched[1]

    def days_with(self, more: DataFrame) -> tuple[Span[date], ...]:
        """The days, and those in a one-column frame."""
        return spans([day for span in self.days for day in _steps(span)] + [row[0] for row in more.distinct().collect()], _DAY)


def _steps(span: Span[date]) -> Iterable[date]:
    moment = span.start
    while moment < span.end:
        yield moment
        moment += _DAY


def _utc(local: datetime) -> datetime:
    """Spark hands timestamps over in this process's zone, without naming it."""
    return local.astimezone(UTC)
