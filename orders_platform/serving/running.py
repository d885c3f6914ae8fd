"""How the platform runs, out of the ledger's entries and the quarantine: lag, freshness, checks, what was set aside."""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.gold.table import DAILY_SALES
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.serving.source import Ask, Value
from orders_platform.trading import TradingHours

WINDOW: Final = timedelta(hours=1)
# of fewer values a percentile is but the largest or the middle one
FEWEST: Final = 20


@dataclass(frozen=True, slots=True)
class Lag:
    """From the hub's taking of a message to gold, of what passes brought within the window.

    A pass's messages count as its longest wait, each of them: so many of a hundred waited no longer than this.

    Attributes:
        passes: that brought messages and tell how long they waited.
        half: seconds within which half of the messages came; `most`: 95 of a hundred. None where the passes are few.
        longest: None where there were none.
    """

    passes: int
    half: float | None
    most: float | None
    longest: float | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """A table as the ledger last told of it.

    Attributes:
        filled_at: when a pass last went over it; None where none is known.
        newest_at: when the hub took the newest message that it covers.
        is_late: the shop sells, and has for the whole window, but no pass went over it.
    """

    table: str
    rows: int | None
    filled_at: datetime | None
    newest_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A check's newest result."""

    table: str
    check: CheckResult
    at: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """Messages in quarantine for the same rules."""

    reasons: tuple[str, ...]
    messages: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """Where a message in quarantine stands, and the rules that it broke."""

    generation: str
    partition: int
    sequence_number: int
    enqueued_at: datetime
    attempt: int
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """As `quarantine show` takes it."""
        return f"{self.partition}:{self.sequence_number}@{self.generation}"


def lag(reports: Iterable[TableReport], now: datetime) -> Lag:
    """Of gold's live table; a pass that had nothing new says nothing of how long a message takes."""
    waits = sorted(
        (report.longest_wait_seconds, _messages(report))
        for report in reports
        if report.table == DAILY_SALES.key and report.longest_wait_seconds is not None and report.finished_at >= now - WINDOW
    )
    half, most = (_within(waits, share) for share in (50, 95)) if len(waits) >= FEWEST else (None, None)
    return Lag(len(waits), half, most, waits[-1][0] if waits else None)


def newest_at(reports: Iterable[TableReport], table: str) -> datetime | None:
    """When the hub took the newest message that a table has; None where it has none, or nothing tells."""
    return max((at for report in reports if report.table == table and (at := _newest_at(report))), default=None)


def freshness(reports: Sequence[TableReport], now: datetime, trading: TradingHours) -> list[Freshness]:
    """Every table, in the order of the flow."""
    sold_all_along = trading.is_open(now) and trading.is_open(now - WINDOW)
    found = []
    for table in TABLES:
        told = [report for report in reports if report.table == table.key]
        filled_at = told[-1].finished_at if told else None
        found.append(
            Freshness(
                table=table.key,
                rows=next((report.row_count for report in reversed(told) if report.row_count is not None), None),
                filled_at=filled_at,
                newest_at=_newest_at(told[-1]) if told else None,
                is_late=sold_all_along and (filled_at is None or filled_at < now - WINDOW),
            )
        )
    return found


def newest_checks(reports: Iterable[TableReport]) -> list[Checked]:
    """The newest result of each check: what failed first, then what warns."""
    newest = {
        (report.table, check.name): Checked(report.table, check, report.finished_at)
        for report in reports
        for check in report.checks
    }
    return sorted(newest.values(), key=lambda each: (each.check.passed, each.check.warn_only, each.table, each.check.name))


def quarantine(ask: Ask) -> list[SetAside]:
    """What waits in quarantine, by the rules that it broke."""
    return [SetAside(tuple(row["reasons"]), row["messages"], row["newest"]) for row in ask("quarantine", {})]


def by_reason(aside: Iterable[SetAside]) -> dict[str, int]:
    """Messages by rule, the most first; one that broke two rules counts for each."""
    found: dict[str, int] = {}
    for each in aside:
        for reason in each.reasons:
            found[reason] = found.get(reason, 0) + each.messages
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def quarantined(ask: Ask, reason: str) -> list[Position]:
    """Positions of the newest messages that broke a rule."""
    return [_position(row) for row in ask("quarantined", {"reason": reason})]


def quarantined_body(ask: Ask, position: Position) -> bytes | None:
    """A message's body as it came; it must be covered before anybody sees it."""
    place: dict[str, Value] = {"partition": position.partition, "sequence_number": position.sequence_number}
    rows = ask("quarantined_body", place | {"generation": position.generation})
    return b64decode(rows[0]["body"]) if rows and rows[0]["body"] is not None else None


def _newest_at(report: TableReport) -> datetime | None:
    return None if report.lag_seconds is None else report.finished_at - timedelta(seconds=report.lag_seconds)


def _messages(report: TableReport) -> int:
    """Positions that a pass has added; one at least."""
    before, after = (
        sum(sum(partitions.values()) for partitions in positions.values())
        for positions in (report.positions_from, report.positions_to)
    )
    return max(1, after - before)


def _within(waits: Sequence[tuple[float, int]], share: int) -> float:
    """The wait, the shortest first, by which so many of a hundred messages had come."""
    reached = accumulate(messages for _, messages in waits)
    total = sum(messages for _, messages in waits)
    return next(seconds for (seconds, _), count in zip(waits, reached, strict=True) if count * 100 >= share * total)


def _position(row: Mapping[str, Any]) -> Position:
    return Position(
        row["generation"], row["partition"], row["sequence_number"], row["enqueued_at"], row["attempt"], tuple(row["reasons"])
    )
