"""What Dagster learns from a ledger that a running job writes, through the Files API of a real service."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.places import ledger_folder
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.orchestration.sensors.ledger_reading import LedgerCursor, Seen, merged, new_reports
from orders_platform_tests.emulators.databricks.service_process import ServiceProcess
from orders_platform_tests.orchestration.fakes import a_report

pytestmark = pytest.mark.integration
BEGAN = datetime(2026, 1, 5, 23, 50, tzinfo=UTC)


@pytest.fixture
def lake(service: ServiceProcess, tmp_path: Path) -> str:
    """A lake whose files the service shows."""
    return str(service.home / "lakes" / tmp_path.name)


def test_each_report_is_read_once_also_of_an_entry_that_grows(service: ServiceProcess, lake: str) -> None:
    first, second, third = (_report(minute) for minute in (0, 1, 2))
    _enter(lake, 0, [first])
    _, cursor = _new(service, lake, LedgerCursor())
    _enter(lake, 0, [first, second])
    _enter(lake, 12, [third])

    found, cursor = _new(service, lake, cursor)

    assert found == [second, third]
    assert _new(service, lake, LedgerCursor.parse(cursor.text()))[0] == []


def test_an_entry_that_began_before_another_but_came_after_it_is_not_missed(service: ServiceProcess, lake: str) -> None:
    """The tables that follow are entered when they are done, under the minute in which they began."""
    _enter(lake, 5, [_report(5)])
    _, cursor = _new(service, lake, LedgerCursor())
    late = _report(6)
    _enter(lake, 3, [late])

    assert _new(service, lake, cursor)[0] == [late]


def test_passes_of_dagsters_own_runs_are_left_to_those_runs(service: ServiceProcess, lake: str) -> None:
    ledger.write(lake, "19208e9e-00b0-47b0-9317-549cabd1a1eb", [_report(0)], started_at=BEGAN)

    assert _new(service, lake, LedgerCursor())[0] == []


def test_a_lake_without_a_ledger_tells_nothing(service: ServiceProcess, lake: str) -> None:
    assert _new(service, lake, LedgerCursor()) == ([], LedgerCursor())


def test_the_cursor_forgets_what_nothing_is_added_to_any_more(service: ServiceProcess, lake: str) -> None:
    """A sensor of five seconds would else carry a year along."""
    for minute in range(0, 120, 5):
        _enter(lake, minute, [_report(minute)])

    _, cursor = _new(service, lake, LedgerCursor())

    assert len(cursor.seen) == 4


@pytest.mark.parametrize(
    "text", [None, "", "7", '{"version": 2, "seen": {}}', '{"version": 1, "seen": {"a": 3}}', '{"version": 1}']
)
def test_a_cursor_of_another_version_or_damaged_is_forgotten(text: str | None) -> None:
    assert LedgerCursor.parse(text) == LedgerCursor()


def test_passes_of_a_tick_are_one_report_a_table_with_the_rows_of_all() -> None:
    reports = [
        _report(0, written=2, rows_in=2, version=7),
        _report(1, written=3, rows_in=4, version=8, positions_from={"g": {"0": 2}}),
    ]

    [one] = merged(reports)

    assert (one.written, one.rows_in, one.version) == (5, 6, 8)
    assert one.positions_from == reports[0].positions_from
    assert one.finished_at == reports[1].finished_at


def test_a_failure_between_two_passes_of_a_tick_is_not_dropped() -> None:
    """Whoever waits for the failed check sees it, and sees that it is over."""
    answers = [True, True, False, False, True]

    [one] = merged(_report(minute, checks=(CheckResult("c", passed=passed),)) for minute, passed in enumerate(answers))

    assert [check.passed for check in one.checks] == [True, False, True]


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = LedgerCursor({"2026-01-05/20260105T2350-batch.json": Seen(3, "17:900")})

    assert LedgerCursor.parse(cursor.text()) == cursor


def _new(service: ServiceProcess, lake: str, cursor: LedgerCursor) -> tuple[list[TableReport], LedgerCursor]:
    return new_reports(service.client, str(ledger_folder(lake)), cursor)


def _enter(lake: str, minute: int, reports: list[TableReport]) -> None:
    began = BEGAN + timedelta(minutes=minute)
    ledger.write(lake, f"{began:%Y%m%dT%H%M}-batch", reports, started_at=began)


def _report(minute: int, **changes: Any) -> TableReport:
    return a_report("gold.daily_sales", finished_at=BEGAN + timedelta(minutes=minute), **changes)
