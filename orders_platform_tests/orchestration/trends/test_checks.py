"""The check in a real run of its job, over a lakehouse that only tells."""

from datetime import timedelta

import dagster as dg

from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.trends.checks import usual_day
from orders_platform_tests.orchestration.fakes import FakeRunner
from orders_platform_tests.orchestration.trends.test_days import a_day


def answered(runner: FakeRunner) -> dg.AssetCheckEvaluation:
    job = dg.define_asset_job("look", dg.AssetSelection.checks(*usual_day.check_keys))
    defs = dg.Definitions(assets=[lakehouse_tables], asset_checks=[usual_day], jobs=[job], resources={"runner": runner})
    [answer] = defs.resolve_job_def("look").execute_in_process().get_asset_check_evaluations()
    return answer


def test_gold_is_asked_for_eight_weeks_and_an_odd_day_warns() -> None:
    runner = FakeRunner()
    unknown = answered(runner)
    first, last = runner.asked.first_day, runner.asked.last_day
    assert first
    assert last
    weeks = [a_day(last - timedelta(weeks=week), 200) for week in range(1, 9)]

    odd = answered(FakeRunner(days=[*weeks, a_day(last, 20)]))

    assert last - first == timedelta(weeks=8)
    assert (unknown.passed, unknown.description) == (True, f"too little to hold {last} against: 0 weeks, and 4 are needed")
    assert (odd.passed, odd.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert (odd.description or "").startswith(f"{last} is unlike its weekday of 8 weeks: orders in GBP: 20.00, usually 200.00")
