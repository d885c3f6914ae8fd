"""The CSV's own totals."""

import gzip
from datetime import date
from pathlib import Path

from orders_platform_tests.oracle.shop import Figures, fold_csv

CSV = """TransactionNo,Date,ProductNo,ProductName,Price,Quantity,CustomerNo,Country\r
C2,12/2/2018,22,"A ""good"" mug, red",6.19,-3,14911,EIRE\r
1,12/1/2018,22,Mug,11.53,12,14911,EIRE\r
1,12/1/2018,22,Mug,11.53,12,14911,EIRE\r
3,12/1/2018,23,Bag,0.29,1,NA,United Kingdom\r
"""


def test_a_csv_adds_up_by_day_and_country(tmp_path: Path) -> None:
    """Two equal lines are two lines; a cancellation counts at its own price on its own day; pence are exact."""
    file = tmp_path / "shop.csv"
    file.write_text(CSV, newline="")

    shop = fold_csv(file)

    assert shop.days == {
        (date(2018, 12, 2), "EIRE"): Figures(0, 1, 1, -3, 0, 1857, -1857),
        (date(2018, 12, 1), "EIRE"): Figures(1, 0, 2, 24, 27672, 0, 27672),
        (date(2018, 12, 1), "United Kingdom"): Figures(1, 0, 1, 1, 29, 0, 29),
    }
    assert shop.total == Figures(2, 1, 4, 22, 27701, 1857, 25844)


def test_a_csv_may_be_zipped(tmp_path: Path) -> None:
    """The demo's input comes as .gz."""
    file = tmp_path / "shop.csv.gz"
    file.write_bytes(gzip.compress(CSV.encode()))

    assert fold_csv(file).total.orders == 2
