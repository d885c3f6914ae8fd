"""What a table is: its name, columns and keys, said once; free of Spark, so that Dagster and the documents read it too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, Spark SQL type, what it means."""

    name: str
    type: str
    meaning: str
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A Delta table of the medallion.

    Attributes:
        unique_by: the columns that identify a row.
        made_from: what feeds it: `layer.table`, or `hub.orders`.
        properties: Delta table properties.
    """

    layer: str
    name: str
    one_row: str
    columns: tuple[Column, ...]
    unique_by: tuple[str, ...]
    made_from: tuple[str, ...]
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """`layer.table`, as users and the ledger name it."""
        return f"{self.layer}.{self.name}"

    @property
    def ddl(self) -> str:
        """Columns as Spark DDL."""
        return ", ".join(f"{c.name} {c.type}{'' if c.nullable else ' NOT NULL'}" for c in self.columns)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in the order of the table."""
        return tuple(c.name for c in self.columns)
