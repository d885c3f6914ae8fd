"""What is shown of a job that tells all along: each change and each failure, and of what stays as it was, little."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from orders_platform.lakehouse.report import CheckResult, TableReport, Told
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.sensors.observing import events_of
from orders_platform_tests.orchestration.fakes import FakeRunner, a_report
from orders_platform_tests.orchestration.histories import a_pass

NOW = datetime.now(UTC)
GROWN = {"positions_from": {"g": {"0": 0}}, "positions_to": {"g": {"0": 5}}}
IDLE = {"positions_from": {"g": {"0": 5}}, "positions_to": {"g": {"0": 5}}, "rows_in": 0, "written": 0, "duplicates": 0}


def test_a_batch_is_shown_with_its_checks(instance: dg.DagsterInstance) -> None:
    assert _shown(instance, [_told(0, passed=True, **GROWN)]) == ["key_unique passed", "materialized"]


def test_a_check_that_goes_on_passing_is_shown_once(instance: dg.DagsterInstance) -> None:
    """A batch a second with twenty checks would be a million events a day."""
    _shown(instance, [_told(0, passed=True, **GROWN)])

    assert _shown(instance, [_told(5, passed=True, **GROWN)]) == ["materialized"]


def test_a_failure_and_its_end_are_shown_whatever_was_shown_before(instance: dg.DagsterInstance) -> None:
    _shown(instance, [_told(0, passed=True, **GROWN)])

    failed = _shown(instance, [_told(5, passed=False, **GROWN)])
    mended = _shown(instance, [_told(10, passed=True, **GROWN)])

    assert failed == ["key_unique failed", "materialized"]
    assert mended == ["key_unique passed", "materialized"]


def test_a_failure_that_is_over_within_a_tick_is_shown_with_its_end(instance: dg.DagsterInstance) -> None:
    _shown(instance, [_told(0, passed=True, **GROWN)])

    reports = [_told(1, passed=True, **GROWN), _told(2, passed=False, **GROWN), _told(3, passed=True, **GROWN)]

    assert _shown(instance, reports)[-3:] == ["key_unique failed", "key_unique passed", "materialized"]


def test_an_idle_job_is_shown_once_a_minute(instance: dg.DagsterInstance) -> None:
    """So that a table that nothing comes for is not called late."""
    _shown(instance, [_told(0, passed=True, **GROWN)])

    assert _shown(instance, [_told(20, passed=True, **IDLE)]) == []
    assert _shown(instance, [_told(61, passed=True, **IDLE)]) == ["materialized"]


def test_what_a_tick_has_shown_that_was_cut_off_is_not_shown_again(instance: dg.DagsterInstance) -> None:
    told = [_told(0, passed=False, **GROWN)]
    _shown(instance, told)

    assert _shown(instance, told) == []


@pytest.mark.parametrize("ahead", [45, 3 * 3600, 10**9], ids=["45 s", "3 h", "30 years"])
def test_after_a_clock_that_stood_ahead_all_is_shown_as_it_comes(instance: dg.DagsterInstance, ahead: int) -> None:
    """What Dagster shows was done in the future; a batch, a failure and an idle minute are news all the same."""
    _shown(instance, [_told(ahead, passed=True, **GROWN)])

    assert _shown(instance, [_told(0, passed=False, **GROWN, version=4)]) == ["key_unique failed", "materialized"]
    assert _shown(instance, [_told(5, passed=True, **GROWN, version=5)]) == ["key_unique passed", "materialized"]


@pytest.mark.parametrize("ahead", [3 * 3600, 10**9], ids=["3 h", "30 years"])
def test_after_a_clock_that_stood_ahead_an_idle_job_is_not_called_late(instance: dg.DagsterInstance, ahead: int) -> None:
    _shown(instance, [_told(ahead, passed=True, **IDLE)])

    assert _shown(instance, [_told(0, passed=True, **IDLE)])[-1:] == ["materialized"]
    assert _shown(instance, [_told(20, passed=True, **IDLE)]) == []


def test_what_was_done_before_what_is_shown_is_no_news(instance: dg.DagsterInstance) -> None:
    """A pass by hand failed; Dagster's own came after it, and is shown already."""
    _shown(instance, [_told(10, passed=True, **GROWN, version=8)])

    assert _shown(instance, [_told(5, passed=False, **GROWN, version=7)]) == []


def test_a_table_that_was_made_anew_counts_its_versions_from_the_first(instance: dg.DagsterInstance) -> None:
    _shown(instance, [_told(0, passed=True, **GROWN, version=8)])

    assert _shown(instance, [_told(5, passed=True, **GROWN, version=1)]) == ["materialized"]


def test_a_tick_works_while_a_pass_waits_for_what_it_shows(instance: dg.DagsterInstance) -> None:
    """The newest entry of each check is then a plan of that pass, which has no answer yet."""
    runner = _Waiting(lambda: _shown(instance, [_told(5, passed=True, **GROWN)]))
    _shown(instance, [_told(0, passed=True, **GROWN)])

    assert a_pass(instance, runner).success
    assert runner.shown == [["key_unique passed", "materialized"]]


class _Waiting(FakeRunner):
    """A pass that is done once a tick has been."""

    def __init__(self, tick: Callable[[], list[str]]) -> None:
        super().__init__()
        self._tick = tick
        self.shown: list[list[str]] = []

    def reports(self, work: Work) -> Iterator[Told]:
        self.shown.append(self._tick())
        yield from super().reports(work)


def _told(seconds: int, *, passed: bool, **changes: object) -> TableReport:
    checks = (CheckResult("key_unique", passed=passed),)
    return a_report("gold.daily_sales", finished_at=NOW + timedelta(seconds=seconds), checks=checks, **changes)


def _shown(instance: dg.DagsterInstance, reports: Sequence[TableReport]) -> list[str]:
    """The events of a tick, recorded as Dagster's daemon does."""
    events = list(events_of(instance, reports, "/lake"))
    for event in events:
        instance.report_runless_asset_event(event)
    return [_name(event) for event in events]


def _name(event: dg.AssetMaterialization | dg.AssetCheckEvaluation) -> str:
    if isinstance(event, dg.AssetMaterialization):
        return "materialized"
    return f"{event.check_name} {'passed' if event.passed else 'failed'}"
