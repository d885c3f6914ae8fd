"""A lake that dies on the way: a pass over it stops as a killed process does, with nothing written from then on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pyspark.sql import DataFrame

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.lake import Lake, Note, Upsert
from orders_platform.lakehouse.table import Table

DEATHS = tuple(f"{when} {table.key}" for table in TABLES if table.layer != "bronze" for when in ("before", "after"))


class Died(Exception):
    """The pass was killed."""


@dataclass(frozen=True, slots=True)
class DyingLake(Lake):
    """Dies right before or right after the commit of one table; from then on every write fails."""

    dies: str = ""
    dead: threading.Event = field(default_factory=threading.Event)

    def upsert(self, rows: DataFrame, table: Table, note: Note, how: Upsert) -> None:
        with self._mortally(table):
            Lake.upsert(self, rows, table, note, how)

    def _write(self, rows: DataFrame, table: Table, note: Note | None, *, mode: str, **options: str) -> None:
        with self._mortally(table):
            Lake._write(self, rows, table, note, mode=mode, **options)

    @contextmanager
    def _mortally(self, table: Table) -> Iterator[None]:
        if self.dies == f"before {table.key}":
            self.dead.set()
        self._must_live()
        yield
        if self.dies == f"after {table.key}":
            self.dead.set()
        self._must_live()

    def _must_live(self) -> None:
        if self.dead.is_set():
            raise Died(self.dies)
