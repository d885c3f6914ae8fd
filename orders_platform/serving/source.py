"""Where the room's numbers come from: one seam, with the lake on a disk and a SQL warehouse behind it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from orders_platform.errors import PlatformError
from orders_platform.lakehouse.report import TableReport

Value = str | int | date | datetime
Ask = Callable[[str, Mapping[str, Value]], "Rows"]
Rows = Sequence[Mapping[str, Any]]
LEDGER: Final = "ops.ledger"
_TABLE: Final = re.compile(r"^FROM (\w+\.\w+)$", re.MULTILINE)


class TableAway(PlatformError):
    """A table is not there yet, or cannot be read just now; the next refresh looks again.

    Attributes:
        table: `layer.table`.
        is_missing: it was never made; otherwise it could not be read.
    """

    def __init__(self, table: str, *, is_missing: bool) -> None:
        """Say which table, and why."""
        super().__init__(f"{table} is not there yet" if is_missing else f"{table} cannot be read just now")
        self.table, self.is_missing = table, is_missing


class Source(ABC):
    """Who answers the room's queries, which stand in `sql/` and hold for DuckDB and Databricks alike.

    Attributes:
        refresh_seconds: how often the page asks again.
    """

    refresh_seconds: float

    @abstractmethod
    def look(self) -> AbstractContextManager[Ask]:
        """One look; each query sees its table at one version. Asking raises TableAway."""

    @abstractmethod
    def reports(self, since: datetime) -> list[TableReport]:
        """What the ledger tells since then, and the newest entry of each table, however old. Raises TableAway."""


@cache
def query(name: str) -> str:
    """A query by its name, with `:names` where its values go."""
    return files("orders_platform.serving").joinpath("sql", f"{name}.sql").read_text()


def table_of(text: str) -> str:
    """The one table that a query reads."""
    [found] = _TABLE.findall(text)
    return str(found)
