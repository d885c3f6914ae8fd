"""A lakehouse that does no work, and reports as it would: stands in for Spark where Dagster is under test."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orders_platform.errors import PassRefused
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.checks import CHECKS
from orders_platform.lakehouse.day_totals import DayTotals, Totals
from orders_platform.lakehouse.report import CheckResult, Released, TableReport, Told, Upkeep
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.reporting import ReportingRunner


def a_report(table: str, **changes: Any) -> TableReport:
    """A table's part in a pass over ten messages, nine of them new."""
    values: dict[str, Any] = {
        "pass_id": "pass-1",
        "table": table,
        "rows_in": 10,
        "written": 9,
        "duplicates": 1,
        "quarantined": 0,
        "positions_from": {"orders-1": {"0": 0}},
        "positions_to": {"orders-1": {"0": 10}},
        "version": 3,
        "row_count": 90,
        "lag_seconds": 1.5,
        "longest_wait_seconds": 4.5,
        "seconds": 0.25,
        "finished_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    return TableReport(**(values | changes))


UPKEEP = Upkeep("gold.daily_sales", files_before=7, files_after=1, bytes_freed=12345, seconds=1.25)


class FakeRunner(ReportingRunner):
    """Reports every asked table as done.

    Attributes:
        asked: the work that it was last asked for.
        failing: checks that do not pass, as `layer.table check`.
        refused: why no pass may start; empty where one may.
        lake: whose ledger tells of the passes; None: no ledger does.
        days: what gold has.
    """

    asked = Work()

    def __init__(
        self, failing: Collection[str] = (), refused: str = "", lake: Path | None = None, *, days: Sequence[DayTotals] = ()
    ) -> None:
        """Be a lakehouse where all is well, unless told otherwise."""
        self.days = days
        self.lake = lake
        self.failing = failing
        self.refused = refused

    def reports(self, work: Work) -> Iterator[Told]:
        """What such work tells."""
        self.asked = work
        if self.refused:
            raise PassRefused(self.refused)
        match work.mode:
            case "maintain":
                yield UPKEEP
            case "totals":
                yield Totals(7, tuple(self.days))
            case "release" if not work.writes:
                yield Released(1, 0, 1, 0, 0, {}, dry_run=True)
            case _:
                yield from self._filled(work)

    def _filled(self, work: Work) -> Iterator[TableReport]:
        """Like a real pass: in the catalog's order, less what is made from a table whose blocking check failed."""
        held_back: set[str] = set()
        told: list[TableReport] = []
        for table in TABLES:
            if held_back.intersection(table.made_from):
                held_back.add(table.key)
            elif table.key in work.tables:
                report = a_report(table.key, pass_id=work.pass_id, checks=self._checks(table.key))
                held_back.update({table.key} if any(c.blocking and not c.passed for c in report.checks) else ())
                told.append(report)
                if self.lake:
                    ledger.write(str(self.lake), work.pass_id, told, started_at=report.finished_at)
                yield report

    def uri(self, table: str) -> str:
        """A path as the real lake has it."""
        return f"/lake/{BY_KEY[table].layer}/{BY_KEY[table].name}"

    def _checks(self, table: str) -> tuple[CheckResult, ...]:
        return tuple(
            CheckResult(
                name=check.name,
                passed=f"{table} {check.name}" not in self.failing,
                blocking=check.blocking,
                warn_only=check.warn_only,
                metadata={"count": 1, "share": 0.5, "sample": ["0:7"], "note": "n"},
            )
            for check in CHECKS
            if check.table == table
        )
