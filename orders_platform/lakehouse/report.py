"""What a pass says about a table: counts, positions, checks. Free of Spark; it is what the ledger and Dagster show."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orders_platform.hub_name import folded
from orders_platform.lakehouse.day_totals import Totals

# generation -> partition -> next sequence number: everything below it is in the table
Positions = dict[str, dict[str, int]]


def folded_positions(told: Mapping[str, Mapping[str, int]]) -> Positions:
    """Positions as they were once written down, with each generation's one spelling: of two that are one, the further end counts.

    Generations were kept as the hub's name was typed, so a lake may know one hub by several.
    """
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for generation, ends in told.items():
        own = found[folded(generation)]
        own |= {partition: max(end, own.get(partition, 0)) for partition, end in ends.items()}
    return dict(found)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of a table after its part of a pass.

    Attributes:
        blocking: whether tables made from this one must not be filled when it fails.
        metadata: counts and a small sample, JSON values only, never a personal field.
    """

    name: str
    passed: bool
    blocking: bool = False
    warn_only: bool = False
    metadata: dict[str, str | int | float | list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableReport:
    """A table's part in a pass. rows_in == written + duplicates + quarantined, always.

    Attributes:
        rows_in: rows this table was offered (for gold and silver.orders: rows that it computed).
        row_count: rows in the table now; None where they were not counted.
        positions_to: bronze positions that the table now covers.
        lag_seconds: age of the newest message in the table when its part ended; None while empty.
        longest_wait_seconds: age of the oldest message that its part brought, when the part ended; None where it brought none, or
            the entry does not tell.
    """

    pass_id: str
    table: str
    rows_in: int
    written: int
    duplicates: int
    quarantined: int
    positions_from: Positions
    positions_to: Positions
    version: int
    row_count: int | None
    lag_seconds: float | None
    seconds: float
    finished_at: datetime
    checks: tuple[CheckResult, ...] = ()
    longest_wait_seconds: float | None = None

    @property
    def failed_checks(self) -> list[str]:
        """Checks that did not pass, as `layer.table check`; warnings aside."""
        return [f"{self.table} {check.name}" for check in self.checks if not check.passed and not check.warn_only]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What maintenance did for a table.

    Attributes:
        files_before: files that the table's newest version is made of.
        bytes_freed: of files that no version within the retention needs; None where the table's history does not tell.
        kept: why old files were left where they are; empty where they were not.
    """

    table: str
    files_before: int
    files_after: int
    bytes_freed: int | None
    seconds: float
    kept: str = ""

    @property
    def failed_checks(self) -> list[str]:
        """None: maintenance looks at no rows."""
        return []

    @property
    def sentence(self) -> str:
        """For the log."""
        freed = "an untold number of" if self.bytes_freed is None else f"{self.bytes_freed:,}"
        cleared = f"old files stay: {self.kept}" if self.kept else f"{freed} bytes freed"
        return f"{self.table}: {self.files_before} files made {self.files_after}, {cleared}, {self.seconds:.1f} s"


@dataclass(frozen=True, slots=True)
class Released:
    """What became of messages that somebody let back in, or would become of them.

    Attributes:
        selected: messages that the selection found in the quarantine.
        tried: those of them that would break the same rules as when the same body was tried last; they are left alone.
        let_in: those that stand as events now, and duplicates those whose event stood already.
        again: how many broke each rule, and so stay.
    """

    selected: int
    tried: int
    let_in: int
    duplicates: int
    refused: int
    again: Mapping[str, int]
    dry_run: bool = False

    @property
    def table(self) -> str:
        """The table that it is about."""
        return "silver.quarantine"

    @property
    def failed_checks(self) -> list[str]:
        """None: a message that stays is no fault of the release."""
        return []

    @property
    def sentence(self) -> str:
        """For people and logs."""
        head = "nothing was changed; it would be: " if self.dry_run else ""
        rules = ", ".join(f"{name} {count}" for name, count in self.again.items())
        stay = f"{self.refused} stay ({rules})" if self.refused else "0 stay"
        tried = f"; {self.tried} left alone, since the same body broke the same rules before" if self.tried else ""
        return f"{head}{self.selected} selected, {self.let_in} let in, {self.duplicates} duplicates, {stay}{tried}"


Told = TableReport | Upkeep | Totals | Released
