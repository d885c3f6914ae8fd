"""What a table is: its name, columns and keys, said once; free of Spark, so that Dagster and the documents read it too."""

from dataclasses import dataclass
from datetime import timedelta

# How far a table may be behind the one whose changes it reads: Delta shows no older ones, removed or not. Its default of seven
# days would not outlast one stop over a holiday.
FEED_RETENTION = timedelta(days=30)
# The change feed is how the next table asks for what is new since a version; appends pay nothing for it.
CHANGE_FEED = (
    ("delta.enableChangeDataFeed", "true"),
    ("delta.deletedFileRetentionDuration", f"interval {FEED_RETENTION.days} days"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, Spark SQL type, what it means.

    Attributes:
        made_of: columns of the table before it that its value is worked out from; None: the one of the same name. Without any,
            the value is the platform's own.
    """

    name: str
    type: str
    meaning: str
    nullable: bool = True
    made_of: tuple[str, ...] | None = None


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

    def lineage(self, column: Column) -> tuple[tuple[str, str], ...]:
        """What a column's value is worked out from: `layer.table` and column, each."""
        names = (column.name,) if column.made_of is None else column.made_of
        return tuple((source, name) for source in self.made_from for name in names)
