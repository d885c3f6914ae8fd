"""CSV files for tests: each row names only what matters to it."""

from pathlib import Path

HEADER = "TransactionNo,Date,ProductNo,ProductName,Price,Quantity,CustomerNo,Country"


def a_row(
    order: str = "536365",
    *,
    day: str = "12/1/2018",
    product: str = "22178",
    price: str = "12.50",
    quantity: str = "6",
    customer: str = "17850",
) -> str:
    """A row of the shop's CSV."""
    return f"{order},{day},{product},T-Light,{price},{quantity},{customer},United Kingdom"


def a_csv(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """A file with these rows, newest first, as the shop writes it."""
    path = folder / "shop.csv"
    path.write_bytes("".join(f"{line}\r\n" for line in (header, *rows)).encode())
    return path
