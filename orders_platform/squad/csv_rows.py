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
from zipfile import ZipFile, is_zipfile

from orders_platform.errors import InputError

COLUMNS = ("TransactionNo", "Date", "ProductNo", "ProductName", "Price", "Quantity", "CustomerNo", "Country")
if TYPE_CHECKING:
    import _csv

_OTHER_NAMES = {"Product": "ProductName"}
# A whole field with the comma after it.
_FIELD = re.compile(r'(?:"(?:[^"]|"")*"|[^",]*)(,|$)')
_GZIP_MAGIC, _ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
_WORKBOOK = "is a workbook of Excel: save the sheet as UTF-8 CSV"
# First bytes of what people give for a CSV, what it is, and what to do.
_OTHER_FORMS = {
    _ZIP_MAGIC: "is a zip archive: unpack it, and give the CSV in it",
    b"\xd0\xcf\x11\xe0": _WORKBOOK,
    b"BZh": "is compressed by bzip2: unpack it first",
    b"\xfd7zXZ": "is compressed by xz: unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed by zstd: unpack it first",
    b"PAR1": "is a Parquet file: save it as UTF-8 CSV",
    _GZIP_MAGIC: "is compressed by gzip twice: unpack it once",
}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
# Columns of the "Online Retail" files at UCI, from which this dataset was made.
_OF_UCI = {"StockCode", "Description", "InvoiceDate"}

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
    """The CSV's bytes. Raises InputError for a file of another form."""
    file: GzipFile | BufferedReader = path.open("rb")
    begin = _peek(file)
    if begin.startswith(_GZIP_MAGIC):
        file.close()
        file = GzipFile(path)
        begin = _peek(file)
    for magic, what in _OTHER_FORMS.items():
        if begin.startswith(magic):
            file.close()
            is_workbook = (
                magic == _ZIP_MAGIC and is_zipfile(path) and any(name.startswith("xl/") for name in ZipFile(path).namelist())
            )
            raise InputError(f"{path}: {_WORKBOOK if is_workbook else what}")
    return file


def _peek(file: GzipFile | BufferedReader) -> bytes:
    begin = file.read(max(map(len, _OTHER_FORMS)))
    file.seek(0)
    return begin


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
    blank = 0
    while (row := _next(reader, path)) is not None:
        if not row:
            # what ends a file; between rows it may be a row that was lost
            blank = blank or reader.line_num
            continue
        if blank:
            raise InputError(f"{path}, row {blank}: is a blank line; remove it")
        if len(row) != len(COLUMNS):
            raise InputError(f"{path}, row {reader.line_num}: has {_columns(len(row))}, not {len(COLUMNS)}")
        yield reader.line_num, row if straight else [row[place] for place in places]


def _next(reader: "_csv.Reader", path: Path) -> Row | None:
    """The next row, or None at the end. No field of this file spans rows, so one that does has a broken quote."""
    start = reader.line_num + 1
    try:
        row = next(reader, None)
    except csv.Error as fault:
        raise _unreadable(path, start) from fault
    if row is not None and reader.line_num > start:
        raise _unreadable(path, start)
    return row


def _unreadable(path: Path, number: int) -> InputError:
    """The fault of a row that the CSV reader gave up on; its column is found by looking at the row's text."""
    limit = csv.field_size_limit()
    with _open(path) as file:
        text = next(itertools.islice(file, number - 1, None), b"").decode(errors="replace").rstrip("\r\n")
    place = at = 0
    is_long = False
    while (field := _FIELD.match(text, at)) and field[1] and not (is_long := field.end() - at > limit):
        place, at = place + 1, field.end()
    column = COLUMNS[min(place, len(COLUMNS) - 1)]
    if is_long:
        return InputError(f"{path}, row {number}, column {column}: has more than {limit:,} characters")
    return InputError(
        f"{path}, row {number}, column {column}: the quote is broken; "
        'a field with " stands in quotes, doubles it, and ends in the same line'
    )


def _places(header: Row, path: Path) -> list[int]:
    """Where each column stands in the file."""
    names = [_OTHER_NAMES.get(name.strip(), name.strip()) for name in header]
    if form := _other_table(names):
        raise InputError(f"{path}, row 1: {form}; the columns are {', '.join(COLUMNS)}")
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


def _other_table(names: Row) -> str:
    """What a header says of another kind of table; empty where it says nothing."""
    if names[0].lower().startswith("sep="):
        return "is Excel's own line that names the separator; remove it"
    if set(names) >= _OF_UCI:
        return (
            'this is "Online Retail" as UCI has it, with times, adjustments and negative prices; '
            'give "An Online Shop Business" as Kaggle has it, or rename and clean the columns'
        )
    used = next((word for mark, word in _SEPARATORS.items() if mark in names[0]), "") if len(names) == 1 else ""
    return f"the columns are parted by {used}; part them by commas, with a point in prices" if used else ""


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"
