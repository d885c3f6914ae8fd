"""The shop's CSV as orders: every row is checked and put under its transaction, oldest row first."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from orders_platform.errors import InputError
from orders_platform.squad.csv_rows import COLUMNS, Row, read_rows

_PRICE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?", re.ASCII)
_QUANTITY = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_EARLIEST_YEAR, _LATEST_YEAR = 2000, 2099
_MAX_ID = 64
_CANCELLED = "C"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# 536365 as a spreadsheet or pandas may have rewritten it
_REWRITTEN = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+|\.0+)|[0-9]+\.0+", re.ASCII)


class DatasetLine(NamedTuple):
    """A row of the CSV without what it shares with its order."""

    product_no: str
    product_name: str
    price_minor: int
    quantity: int


@dataclass(slots=True)
class DatasetOrder:
    """A transaction of the CSV; its lines stand oldest row first."""

    order_id: str
    day: date
    customer_no: str
    country: str
    lines: list[DatasetLine] = field(default_factory=list)

    @property
    def is_cancellation(self) -> bool:
        """Whether its number says that it takes goods back."""
        return self.order_id.startswith(_CANCELLED)


def read_orders(path: Path) -> list[DatasetOrder]:
    """All orders of a CSV by day and number. Raises InputError at the first row that is wrong, so nothing is half-taken."""
    orders: dict[str, DatasetOrder] = {}
    for number, row in read_rows(path):
        try:
            _add(orders, row)
        except ValueError as fault:
            raise _explained(fault, row, path=path, number=number, orders=orders) from fault
    if not orders:
        raise InputError(f"{path}: has a header and no row of data")
    for order in orders.values():
        order.lines.reverse()
    return sorted(orders.values(), key=_place)


def _place(order: DatasetOrder) -> tuple[date, str, str]:
    """Within its day an order stands by its number, which the shop counts up, sales and cancellations alike."""
    return order.day, order.order_id.removeprefix(_CANCELLED).rjust(_MAX_ID, "0"), order.order_id


def _add(orders: dict[str, DatasetOrder], row: Row) -> None:
    order_id, day, product_no, product_name, price, quantity, customer_no, country = row
    order = orders.get(order_id)
    if order is None:
        order = orders[order_id] = DatasetOrder(_order_id(order_id), _day(day), _customer(customer_no), _text(country))
    elif order.customer_no != customer_no or order.country != country or order.day != _day(day):
        raise ValueError("a transaction has one date, one customer and one country")
    line = DatasetLine(_text(product_no), _text(product_name), _price(price), _quantity(quantity))
    if (line.quantity < 0) is not order.is_cancellation:
        raise ValueError("only a transaction whose number starts with C takes goods back")
    order.lines.append(line)


def _explained(fault: ValueError, row: Row, *, path: Path, number: int, orders: dict[str, DatasetOrder]) -> InputError:
    """The fault with its column; a row's columns are only looked at one by one once the row is known to be wrong."""
    for column, text in zip(COLUMNS, row, strict=True):
        try:
            _CHECKS[column](text)
        except ValueError as reason:
            return InputError(f"{path}, row {number}, column {column}: {reason}")
    order = orders[row[0]]
    others = (("Date", order.day, _day(row[1])), ("CustomerNo", order.customer_no, row[6]), ("Country", order.country, row[7]))
    for column, first, now in others:
        if first != now:
            return InputError(f"{path}, row {number}, column {column}: {fault}; {row[0]} has {first} in another row, {now} here")
    return InputError(f"{path}, row {number}, column Quantity: {row[5]} in transaction {row[0]}; {fault}")


@lru_cache(maxsize=2**16)
def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return _plain(text)


def _plain(text: str) -> str:
    found = _CONTROL.search(text)
    if found:
        raise ValueError(f"{text[:_MAX_ID]!r} has the control character {found[0]!r}")
    return text


def _number_as_text(text: str) -> str:
    """A number by which something is known: written otherwise it would be something else."""
    if _REWRITTEN.fullmatch(text):
        raise ValueError(f"'{text}' is a number as a spreadsheet or pandas rewrites it; keep the column as text")
    if text != text.strip() or not text.isprintable():
        raise ValueError(f"{text!r} has a blank at an end, or a character that cannot be seen")
    return text


def _order_id(text: str) -> str:
    if not 1 <= len(_text(text)) <= _MAX_ID:
        raise ValueError(f"'{text[:_MAX_ID]}...' has more than {_MAX_ID} characters")
    return _number_as_text(text)


@lru_cache(maxsize=2**12)
def _day(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no date like 12/31/2018 (month/day/year)")
    month, day, year = (int(part) for part in found.groups())
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        raise ValueError(f"'{text}' lies outside {_EARLIEST_YEAR} to {_LATEST_YEAR}")
    try:
        return date(year, month, day)
    except ValueError as fault:
        raise ValueError(f"'{text}' is no day of the calendar (month/day/year)") from fault


@lru_cache(maxsize=2**16)
def _price(text: str) -> int:
    """Pence, exactly: the digits are read as they stand, without floats."""
    if not _PRICE.fullmatch(text):
        raise ValueError(f"'{text}' is no price like 12.50")
    pounds, _, pence = text.partition(".")
    return int(pounds) * 100 + int(pence.ljust(2, "0") if pence else 0)


@lru_cache(maxsize=2**16)
def _quantity(text: str) -> int:
    if not _QUANTITY.fullmatch(text) or int(text) == 0:
        raise ValueError(f"'{text}' is no whole number of units other than 0")
    return int(text)


@lru_cache(maxsize=2**12)
def _customer(text: str) -> str:
    return _number_as_text(_plain(text))


_CHECKS: dict[str, Callable[[str], Any]] = {
    "TransactionNo": _order_id,
    "Date": _day,
    "ProductNo": _text,
    "ProductName": _text,
    "Price": _price,
    "Quantity": _quantity,
    "CustomerNo": _customer,
    "Country": _text,
}
