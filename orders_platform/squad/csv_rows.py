"""Rows of the shop's CSV, plain or .gz: each is whole, or the fault is named with its file, row and column."""

import csv
import itertools
import re
import zlib
from collections.abc import Iterator
from gzip import BadGzipFile, GzipFile
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING

from orders_platform.errors import InputError

COLUMNS = ("TransactionNo", "Date", "ProductNo", "ProductName", "Price", "Quantity", "CustomerNo", "Country")
if TYPE_CHECKING:
    import _csv

_OTHER_NAMES = {"Product": "ProductName"}
# A whole field with the comma after it.
_FIELD = re.compile(r'(?:"(?:[^"]|"")*"|[^",]*)(,|$)')
_GZIP_MAGIC = b"\x1f\x8b"

Row = list[str]


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Row numbers (the header is row 1) and fields in the order of COLUMNS. Raises InputError."""
    try:
        with _open(path) as file, TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            yield from _rows(text, path)
    except UnicodeDecodeError as fault:
        raise InputError(f"{path}, row {_undecodable_row(path)}: is not UTF-8 text; save the file as UTF-8 CSV") from fault
    except (EOFError, zlib.error, BadGzipFile) as fault:
        raise InputError(f"{path}: the gzip file is cut short or damaged ({fault}); copy it again") from fault
    except OSError as fault:
        raise InputError(f"{path}: cannot be read ({fault.strerror or fault}); give the path of a CSV file") from fault


def _open(path: Path) -> GzipFile | BufferedReader:
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP_MAGIC
    return GzipFile(path) if is_gzip else path.open("rb")


def _undecodable_row(path: Path) -> int:
    with _open(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _rows(text: IO[str], path: Path) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(text, strict=True)
    header = _next(reader, path)
    if header is None:
        raise InputError(f"{path}: the file is empty; it needs a header row and at least one row of data")
    places = _places(header, path)
    straight = places == list(range(len(COLUMNS)))
    while (row := _next(reader, path)) is not None:
        if len(row) != len(COLUMNS):
            raise InputError(f"{path}, row {reader.line_num}: has {_columns(len(row))}, not {len(COLUMNS)}")
        yield reader.line_num, row if straight else [row[place] for place in places]


def _next(reader: "_csv.Reader", path: Path) -> Row | None:
    """The next row, or None at the end. No field of this file spans rows, so one that does has a broken quote."""
    start = reader.line_num + 1
    try:
        row = next(reader, None)
    except csv.Error as fault:
        raise _broken_quote(path, start) from fault
    if row is not None and reader.line_num > start:
        raise _broken_quote(path, start)
    return row


def _broken_quote(path: Path, number: int) -> InputError:
    """The fault of a row that the CSV reader gave up on; its column is found by looking at the row's text."""
    with _open(path) as file:
        text = next(itertools.islice(file, number - 1, None), b"").decode(errors="replace").rstrip("\r\n")
    place = at = 0
    while (field := _FIELD.match(text, at)) and field[1]:
        place, at = place + 1, field.end()
    column = COLUMNS[min(place, len(COLUMNS) - 1)]
    return InputError(
        f'{path}, row {number}, column {column}: the quote is broken; a field with " stands in quotes, and doubles it'
    )


def _places(header: Row, path: Path) -> list[int]:
    """Where each column stands in the file."""
    names = [_OTHER_NAMES.get(name.strip(), name.strip()) for name in header]
    missing = [name for name in COLUMNS if name not in names]
    extra = [name or "(no name)" for name in names if name not in COLUMNS]
    twice = [name for name in COLUMNS if names.count(name) > 1]
    faults = [
        f"column {name} {what}" for what, found in (("is missing", missing), ("is unknown", extra), ("stands twice", twice))
        for name in found
    ]  # fmt: skip
    if faults:
        raise InputError(f"{path}, row 1: {', '.join(faults)}; the columns are {', '.join(COLUMNS)}")
    return [names.index(name) for name in COLUMNS]


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"
