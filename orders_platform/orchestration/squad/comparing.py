"""What the API accepted beside what gold has, day by day and currency by currency: free of Dagster, of the API and of the lake.

Only days that have come to rest are compared: others differ for no other reason than that orders are under way.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from orders_platform.lakehouse.day_totals import SUMS, DayTotals
from orders_platform.orchestration.squad.answers import AcceptedDay, Outbox

# Longer than an event takes to gold where all is well: what a day lacks after it is lost or held up.
QUIET_SECONDS: Final = 900.0
MOST_ROWS: Final = 50
_COLUMNS: Final = ("day", "currency", *SUMS)


@dataclass(frozen=True, slots=True)
class Difference:
    """A day and currency that the two sides tell differently; None: not at all."""

    accepted: DayTotals | None
    gold: DayTotals | None

    @property
    def cells(self) -> list[str]:
        """Day, currency, then each figure: both sides and what gold has more, or the number that both have."""
        row = self.accepted or self.gold
        return [str(row and row.day), str(row and row.currency), *(self._cell(name) for name in SUMS)]

    def _cell(self, name: str) -> str:
        left, right = (None if side is None else int(getattr(side, name)) for side in (self.accepted, self.gold))
        if left == right:
            return f"{left:,}"
        return f"{_told(left)} / {_told(right)} ({(right or 0) - (left or 0):+,})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two accounts of the same days agree.

    Attributes:
        compared: days at rest that either side has.
        still_open: days that either side has, and that are not at rest.
        differences: in the order of days and currencies.
    """

    compared: tuple[date, ...]
    still_open: tuple[date, ...]
    differences: tuple[Difference, ...]

    @property
    def differing(self) -> tuple[date, ...]:
        """Days with a difference."""
        return tuple(sorted({row.day for each in self.differences for row in (each.accepted, each.gold) if row}))


def open_days(accepted: Collection[AcceptedDay], outbox: Outbox, elapsed_seconds: float) -> frozenset[date]:
    """Days whose last change may not be in gold yet.

    One is at rest when it was quiet for a while before gold was asked, and the outbox held nothing as old as its last change.

    Args:
        outbox: as it was before gold was asked; the days are as they were after.
        elapsed_seconds: between the two.
    """
    moving = (
        day.unchanged_seconds < QUIET_SECONDS + elapsed_seconds
        or day.unchanged_seconds <= outbox.oldest_seconds + elapsed_seconds
        for day in accepted
    )
    return frozenset(day.day for day, moves in zip(accepted, moving, strict=True) if moves)


def compare(accepted: Collection[DayTotals], gold: Collection[DayTotals], is_open: Callable[[date], bool]) -> Comparison:
    """Set the sides against each other; rows may come in any order."""
    left, right = _by_key(accepted), _by_key(gold)
    days = sorted({row.day for row in (*accepted, *gold)})
    pairs = [Difference(left.get(key), right.get(key)) for key in sorted({*left, *right}) if not is_open(key[0])]
    return Comparison(
        compared=tuple(day for day in days if not is_open(day)),
        still_open=tuple(day for day in days if is_open(day)),
        differences=tuple(pair for pair in pairs if _sums(pair.accepted) != _sums(pair.gold)),
    )


def as_table(differences: Sequence[Difference]) -> str:
    """The differences in Markdown, the oldest first, and how many are not shown."""
    lines = [_COLUMNS, ("---",) * len(_COLUMNS), *(each.cells for each in differences[:MOST_ROWS])]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    more = len(differences) - MOST_ROWS
    return f"accepted by the API / in gold (difference)\n\n{table}" + (f"\n\nand {more} more" if more > 0 else "")


def _by_key(rows: Collection[DayTotals]) -> dict[tuple[date, str], DayTotals]:
    return {(row.day, row.currency): row for row in rows}


def _sums(row: DayTotals | None) -> tuple[int, ...] | None:
    # an accepted day is more than its sums
    return None if row is None else tuple(getattr(row, name) for name in SUMS)


def _told(number: int | None) -> str:
    return "none" if number is None else f"{number:,}"
