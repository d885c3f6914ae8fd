"""What Dagster learns from a ledger that it does not write itself: through the Files API of a real service, or from a folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.places import ledger_folder
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.orchestration.sensors.ledger_files import FolderLedger, LedgerFiles, VolumeLedger
from orders_platform.orchestration.sensors.ledger_reading import LedgerCursor, Seen, merged, new_reports
from orders_platform_tests.emulators.databricks.service_process import ServiceProcess
from orders_platform_tests.orchestration.fakes import a_report

pytestmark = pytest.mark.integration
BEGAN = datetime(2026, 1, 5, 23, 50, tzinfo=UTC)
NOW = BEGAN + timedelta(days=1)


@pytest.fixture
def lake(service: ServiceProcess, tmp_path: Path) -> str:
    """A lake whose files the service shows."""
    return str(service.home / "lakes" / tmp_path.name)


@pytest.fixture(params=["workspace", "folder"])
def files(request: pytest.FixtureRequest, service: ServiceProcess, lake: str) -> LedgerFiles:
    """The lake's ledger, as each of the two ways shows it."""
    folder = ledger_folder(lake)
    return VolumeLedger(service.client, str(folder)) if request.param == "workspace" else FolderLedger(folder)


def test_each_report_is_read_once_also_of_an_entry_that_grows(files: LedgerFiles, lake: str) -> None:
    first, second, third = (_report(minute) for minute in (0, 1, 2))
    _enter(lake, 0, [first])
    _, cursor = _new(files, LedgerCursor())
    _enter(lake, 0, [first, second])
    _enter(lake, 12, [third])

    found, cursor = _new(files, cursor)

    assert found == [second, third]
    assert _new(files, LedgerCursor.parse(cursor.text()))[0] == []


def test_an_entry_that_began_before_another_but_came_after_it_is_not_missed(files: LedgerFiles, lake: str) -> None:
    """The tables that follow are entered when they are done, under the minute in which they began."""
    _enter(lake, 5, [_report(5)])
    _, cursor = _new(files, LedgerCursor())
    late = _report(6)
    _enter(lake, 3, [late])

    assert _new(files, cursor)[0] == [late]


def test_passes_of_dagsters_own_runs_are_left_to_those_runs(files: LedgerFiles, lake: str) -> None:
    ledger.write(lake, "19208e9e-00b0-47b0-9317-549cabd1a1eb", [_report(0)], started_at=BEGAN)

    assert _new(files, LedgerCursor())[0] == []


def test_a_lake_without_a_ledger_tells_nothing(files: LedgerFiles) -> None:
    assert _new(files, LedgerCursor()) == ([], LedgerCursor())


def test_the_cursor_forgets_what_nothing_is_added_to_any_more(files: LedgerFiles, lake: str) -> None:
    """A sensor of five seconds would else carry a year along."""
    for minute in range(0, 120, 5):
        _enter(lake, minute, [_report(minute)])

    _, cursor = _new(files, LedgerCursor())

    assert len(cursor.seen) == 4


def test_an_entry_from_a_clock_that_stood_ahead_hides_none_that_come_after_it(files: LedgerFiles, lake: str) -> None:
    """Made three hours, or seventy years, from now."""
    for ahead in (timedelta(hours=3), timedelta(days=70 * 365)):
        then = BEGAN + ahead
        ledger.write(lake, f"{then:%Y%m%dT%H%M}-batch", [_report(0)], started_at=then)
    first, cursor = _new(files, LedgerCursor(), BEGAN)
    now = _report(1)
    _enter(lake, 1, [now])

    second, cursor = _new(files, cursor, BEGAN + timedelta(minutes=1))

    assert (len(first), second) == (2, [now])
    assert _new(files, cursor, BEGAN + timedelta(minutes=2))[0] == []


def test_a_first_look_finds_the_day_of_now_beside_one_of_the_future(files: LedgerFiles, lake: str) -> None:
    then = BEGAN + timedelta(days=70 * 365)
    ledger.write(lake, f"{then:%Y%m%dT%H%M}-batch", [_report(5)], started_at=then)
    _enter(lake, 0, [_report(0)])

    assert _new(files, LedgerCursor())[0] == [_report(0), _report(5)]


def test_a_file_that_is_no_entry_is_left_out(files: LedgerFiles, lake: str) -> None:
    """Its name has no time in it."""
    ledger.write(lake, "20269999T9999-batch", [_report(0)], started_at=BEGAN)

    assert _new(files, LedgerCursor()) == ([], LedgerCursor())


def test_entries_of_a_job_whose_clock_is_set_back_are_files_of_their_own(tmp_path: Path) -> None:
    """The same minute comes a second time: what was entered in it before stays."""
    times = iter(BEGAN + timedelta(seconds=seconds) for seconds in (0, 60, 1, 9, 60))
    book = ledger.MinuteBook(str(tmp_path), "batch", lambda: next(times))

    for minute in range(5):
        book.add([_report(minute)])

    assert sorted(report.finished_at.minute for report in ledger.read(str(tmp_path))) == [50, 51, 52, 53, 54]


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "7", "[]", '{"version": 2, "seen": {}}', '{"version": 1, "seen": {"a": 3}}', '{"version": 1}'),
        '{"version": 1, "seen": {"d/20260105T2350-batch.json": {"reports": Infinity, "stamp": ""}}}',
        '{"version": 1, "seen": {"d/20269999T2350-batch.json": {"reports": 1, "stamp": ""}}}',
        '{"version": 1, "seen": {"no time": {"reports": 1, "stamp": ""}}}',
    ],
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


def _new(files: LedgerFiles, cursor: LedgerCursor, now: datetime = NOW) -> tuple[list[TableReport], LedgerCursor]:
    return new_reports(files, cursor, now)


def _enter(lake: str, minute: int, reports: list[TableReport]) -> None:
    began = BEGAN + timedelta(minutes=minute)
    ledger.write(lake, f"{began:%Y%m%dT%H%M}-batch", reports, started_at=began)


def _report(minute: int, **changes: Any) -> TableReport:
    return a_report("gold.daily_sales", finished_at=BEGAN + timedelta(minutes=minute), **changes)
