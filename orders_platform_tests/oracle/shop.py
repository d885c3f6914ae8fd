"""The shop's CSV folded by itself to the figures that gold must show: no event, no hub, no table in between."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO

DayCountry = tuple[date, str]


@dataclass(slots=True)
class Figures:
    """What a day in a country, or all of them, comes to; money in pence."""

    orders: int = 0
    cancellations: int = 0
    lines: int = 0
    units: int = 0
    gross_minor: int = 0
    cancelled_minor: int = 0
    net_minor: int = 0

    def add(self, other: "Figures") -> None:
        """Add another's figures to these."""
        for field in fields(Figures):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


@dataclass(frozen=True, slots=True)
class Shop:
    """The file's figures by day and country, and in all."""

    days: dict[DayCountry, Figures]
    total: Figures


def fold_csv(path: Path) -> Shop:
    """The figures of a CSV of the shop, plain or .gz."""
    days: dict[DayCountry, Figures] = defaultdict(Figures)
    seen: set[str] = set()
    for row in _rows(path):
        document, is_new = row["TransactionNo"], row["TransactionNo"] not in seen
        seen.add(document)
        day = datetime.strptime(row["Date"], "%m/%d/%Y").replace(tzinfo=UTC).date()
        days[day, row["Country"]].add(_line(row, is_cancellation=document.startswith("C"), is_new=is_new))
    total = Figures()
    for figures in days.values():
        total.add(figures)
    return Shop(dict(days), total)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    opened: Callable[..., IO[str]] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def _line(row: dict[str, str], *, is_cancellation: bool, is_new: bool) -> Figures:
    quantity = int(row["Quantity"])
    amount = int(Decimal(row["Price"]) * 100) * quantity
    gross, cancelled = (0, -amount) if is_cancellation else (amount, 0)
    return Figures(
        orders=int(is_new and not is_cancellation),
        cancellations=int(is_new and is_cancellation),
        lines=1,
        units=quantity,
        gross_minor=gross,
        cancelled_minor=cancelled,
        net_minor=gross - cancelled,
    )
