"""The shop's CSV: all of it, or a sentence with file, row and column."""

import bz2
import gzip
import io
import lzma
import zipfile
from datetime import date
from pathlib import Path

import pytest

from orders_platform.errors import InputError
from orders_platform.squad.dataset import DatasetLine, read_orders
from orders_platform_tests.squad.csv_files import HEADER, a_csv, a_row


def test_lines_stand_oldest_row_first_though_the_file_is_newest_first(tmp_path: Path) -> None:
    path = a_csv(tmp_path, a_row(product="c"), a_row("536366"), a_row(product="b"), a_row(product="a"))

    orders = read_orders(path)

    assert [(order.order_id, [line.product_no for line in order.lines]) for order in orders] == [
        ("536365", ["a", "b", "c"]),
        ("536366", ["22178"]),
    ]


def test_orders_stand_by_day_and_within_it_by_number(tmp_path: Path) -> None:
    rows = [a_row("536380", day="12/2/2018"), a_row("C536367", quantity="-1"), a_row("536366"), a_row("536368")]

    orders = read_orders(a_csv(tmp_path, *rows))

    assert [order.order_id for order in orders] == ["536366", "C536367", "536368", "536380"]
    assert orders[-1].day == date(2018, 12, 2)


def test_equal_rows_are_two_lines(tmp_path: Path) -> None:
    assert len(read_orders(a_csv(tmp_path, a_row(), a_row()))[0].lines) == 2


@pytest.mark.parametrize(("price", "minor"), [("12.50", 1250), ("5", 500), ("0.1", 10), ("660.62", 66062), ("1.15", 115)])
def test_prices_become_pence_exactly(tmp_path: Path, price: str, minor: int) -> None:
    assert read_orders(a_csv(tmp_path, a_row(price=price)))[0].lines == [DatasetLine("22178", "T-Light", minor, 6)]


def test_doubled_quotes_and_commas_in_a_name_are_read(tmp_path: Path) -> None:
    row = '536365,12/1/2018,22178,"Hook 5"" x 3"", Large",12.50,6,17850,United Kingdom'

    assert read_orders(a_csv(tmp_path, row))[0].lines[0].product_name == 'Hook 5" x 3", Large'


@pytest.mark.parametrize("name", ["Product", "ProductName"])
def test_both_names_of_the_product_column_are_taken_in_any_order_of_columns(tmp_path: Path, name: str) -> None:
    header = f"{name},TransactionNo,Date,ProductNo,Price,Quantity,CustomerNo,Country"
    path = a_csv(tmp_path, "T-Light,536365,12/1/2018,22178,12.50,6,NA,EIRE", header=header)

    assert read_orders(path)[0].lines == [DatasetLine("22178", "T-Light", 1250, 6)]


def test_gzip_and_byte_order_mark_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_bytes(gzip.compress(f"\ufeff{HEADER}\n{a_row()}\n".encode()))

    assert len(read_orders(path)) == 1


ROWS = {
    "date that is no date": (a_row(day="2018-12-01"), "row 3, column Date: '2018-12-01' is no date like 12/31/2018"),
    "day before month": (a_row(day="31/12/2018"), "row 3, column Date: '31/12/2018' is no day of the calendar"),
    "year 1918": (a_row(day="12/1/1918"), "row 3, column Date: '12/1/1918' lies outside"),
    "decimal comma": (a_row(price='"12,50"'), "row 3, column Price: '12,50' is no price"),
    "three decimals": (a_row(price="12.505"), "row 3, column Price: '12.505' is no price"),
    "negative price": (a_row(price="-1.00"), "row 3, column Price"),
    "empty price": (a_row(price=""), "row 3, column Price: '' is no price"),
    "quantity in words": (a_row(quantity="six"), "row 3, column Quantity: 'six' is no whole number"),
    "quantity with fraction": (a_row(quantity="1.5"), "row 3, column Quantity: '1.5'"),
    "quantity zero": (a_row(quantity="0"), "row 3, column Quantity: '0'"),
    "digits of another script": (a_row(quantity="٣"), "row 3, column Quantity"),
    "sale that takes back": (a_row(quantity="-6"), "row 3, column Quantity: -6 in transaction 536365"),
    "cancellation that sells": (a_row("C536365", quantity="6"), "row 3, column Quantity: 6 in transaction C536365"),
    "no order id": (a_row(""), "row 3, column TransactionNo: is empty"),
    "long order id": (a_row("5" * 65), "row 3, column TransactionNo"),
    "no product": (a_row(product=" "), "row 3, column ProductNo: is empty"),
    "column too few": (a_row().rpartition(",")[0], "row 3: has 7 columns, not 8"),
    "column too many": (a_row() + ",x", "row 3: has 9 columns, not 8"),
    "blank line": ("", "row 3: is a blank line; remove it"),
    "id that a spreadsheet rewrote": (a_row("5.36365E+05"), "row 3, column TransactionNo: '5.36365E+05' is a number as a spread"),
    "id that pandas rewrote": (
        a_row("536365.0"),
        "row 3, column TransactionNo: '536365.0' is a number as a spreadsheet or pandas",
    ),
    "customer that pandas rewrote": (
        a_row(customer="17850.0"),
        "row 3, column CustomerNo: '17850.0' is a number as a spreadsheet",
    ),
    "blank before an id": (a_row(" 536365"), "row 3, column TransactionNo: ' 536365' has a blank at an end"),
    "mark of byte order in an id": (a_row("\ufeff536365"), "row 3, column TransactionNo: '\\ufeff536365' has a blank at an end"),
    "nothing seen in an id": (a_row("536\u200b365"), "row 3, column TransactionNo: '536\\u200b365' has a blank at an end"),
    "control character": (
        a_row(product="a\x1b[31mb"),
        "row 3, column ProductNo: 'a\\x1b[31mb' has the control character '\\x1b'",
    ),
    "null character": (a_row(customer="a\x00b"), "row 3, column CustomerNo: 'a\\x00b' has the control character '\\x00'"),
    "endless field": (a_row(product="B" * 140_000), "row 3, column ProductNo: has more than 131,072 characters"),
    "line break in quotes": ('536365,12/1/2018,22178,"T\r\nLight",1.00,1,1,UK', "row 3, column ProductName: the quote is broken"),
    "text after a quote": ('536365,12/1/2018,22178,"T"-Light,1.00,1,1,UK', "row 3, column ProductName: the quote is broken"),
    "quote not closed": ('536365,12/1/2018,22178,"T-Light,1.00,1,1,UK', "row 3, column ProductName: the quote is broken"),
    "two dates": (a_row("536300", day="12/2/2018"), "row 3, column Date: a transaction has one date"),
    "two customers": (a_row("536300", customer="NA"), "row 3, column CustomerNo: a transaction has one date"),
}


@pytest.mark.parametrize(("row", "says"), ROWS.values(), ids=ROWS)
def test_wrong_row_is_named_with_file_row_and_column(tmp_path: Path, row: str, says: str) -> None:
    path = a_csv(tmp_path, a_row("536300"), row, a_row("536301"))

    with pytest.raises(InputError) as caught:
        read_orders(path)

    assert str(caught.value).startswith(f"{path}, {says}")


def test_quote_not_closed_at_the_end_of_the_file_is_named(tmp_path: Path) -> None:
    path = a_csv(tmp_path, a_row(), '536365,12/1/2018,22178,"T-Light,1.00,1,1,UK')

    with pytest.raises(InputError, match="row 3, column ProductName: the quote is broken"):
        read_orders(path)


HEADERS = {
    "missing": (HEADER.replace(",Price", ""), "row 1: column Price is missing"),
    "extra": (HEADER + ",Discount", "row 1: column Discount is unknown"),
    "twice": (HEADER + ",Price", "row 1: column Price stands twice"),
    "both products": (HEADER + ",Product", "row 1: column ProductName stands twice"),
    "no header": (a_row(), "row 1: column TransactionNo is missing"),
    "semicolons": (HEADER.replace(",", ";"), "row 1: the columns are parted by semicolons; part them by commas"),
    "tabs": (HEADER.replace(",", "\t"), "row 1: the columns are parted by tabs"),
    "Excel's line": ("sep=;", "row 1: is Excel's own line that names the separator; remove it"),
    "UCI's first": (
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        'row 1: this is "Online Retail" as UCI has it',
    ),
    "UCI's second": (
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
        'row 1: this is "Online Retail" as UCI has it',
    ),
}


@pytest.mark.parametrize(("header", "says"), HEADERS.values(), ids=HEADERS)
def test_wrong_header_is_named(tmp_path: Path, header: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_orders(a_csv(tmp_path, a_row(), header=header))

    assert says in str(caught.value)


FILES = {
    "empty": (b"", "the file is empty"),
    "header alone": (HEADER.encode(), "has a header and no row of data"),
    "other encoding": (f"{HEADER}\r\n{a_row()}\r\n".encode() + b"536366,caf\xe9\r\n", "row 3: is not UTF-8"),
    "gzip cut short": (
        gzip.compress((f"{HEADER}\n" + f"{a_row()}\n" * 99).encode())[:-20],
        "the gzip file is cut short or damaged",
    ),
}


def zipped(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, HEADER)
    return held.getvalue()


FORMS = {
    "zip": (zipped("shop.csv"), "is a zip archive: unpack it, and give the CSV in it"),
    "workbook": (zipped("xl/workbook.xml"), "is a workbook of Excel: save the sheet as UTF-8 CSV"),
    "bzip2": (bz2.compress(HEADER.encode()), "is compressed by bzip2: unpack it first"),
    "xz": (lzma.compress(HEADER.encode()), "is compressed by xz: unpack it first"),
    "gzip twice": (gzip.compress(gzip.compress(HEADER.encode())), "is compressed by gzip twice: unpack it once"),
}


@pytest.mark.parametrize(("content", "says"), [*FILES.values(), *FORMS.values()], ids=[*FILES, *FORMS])
def test_file_that_cannot_be_taken_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "shop.csv"
    path.write_bytes(content)

    with pytest.raises(InputError) as caught:
        read_orders(path)

    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_blank_lines_at_the_end_are_no_rows(tmp_path: Path) -> None:
    assert len(read_orders(a_csv(tmp_path, a_row(), "", ""))) == 1


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_orders(path)
