"""The two checks in real runs of their job, over a server that speaks as the squad's API, and a lakehouse that only tells."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
import pytest

from orders_platform.lakehouse.day_totals import DayTotals
from orders_platform.lakehouse.report import Told
from orders_platform.lakehouse.work import Work
from orders_platform.local.processes import free_port
from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.hub_bodies.checks import same_as_hub
from orders_platform.orchestration.specs import OUTBOX, asset_key
from orders_platform.orchestration.squad.assets import SQUAD_ORDERS, SQUAD_OUTBOX
from orders_platform.orchestration.squad.checks import orders_reconciliation, outbox_lag
from orders_platform.orchestration.squad.jobs import RECONCILIATION_JOB
from orders_platform.orchestration.trends.checks import usual_day
from orders_platform_tests.orchestration.fakes import FakeRunner
from orders_platform_tests.orchestration.squad.squad_server import SquadServer, a_day

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
DAYS = "gold__daily_sales_orders_reconciliation"


def in_gold(day: str, **sums: int) -> DayTotals:
    """What gold has of a day, the same as `a_day`; a test names only what matters."""
    values = {"orders": 12, "cancellations": 1, "gross_minor": 30_000, "cancelled_minor": 1_000, "net_minor": 29_000}
    return DayTotals(date.fromisoformat(day), "GBP", **(values | sums))


@dataclass
class Platform:
    """The squad's side as Dagster has it."""

    runner: FakeRunner = field(default_factory=FakeRunner)

    def job(self) -> dg.JobDefinition:
        return dg.Definitions(
            assets=[SQUAD_ORDERS, SQUAD_OUTBOX, lakehouse_tables],
            asset_checks=[outbox_lag, orders_reconciliation, usual_day, same_as_hub],
            jobs=[RECONCILIATION_JOB],
            resources={"runner": self.runner},
        ).resolve_job_def("reconciliation")

    def run(self, check: dg.AssetChecksDefinition, **config: str) -> dg.ExecuteInProcessResult:
        """A run of one check alone."""
        ops = {"ops": {DAYS: {"config": config}}} if config else None
        only = self.job().get_subset(asset_check_selection=set(check.check_keys))
        return only.execute_in_process(run_config=ops, raise_on_error=False)

    def answer(self, check: dg.AssetChecksDefinition, **config: str) -> dg.AssetCheckEvaluation:
        """What the check answers; its run ends well, whatever that is."""
        result = self.run(check, **config)
        [answer] = result.get_asset_check_evaluations()
        assert result.success
        return answer


def metadata(answer: dg.AssetCheckEvaluation) -> dict[str, Any]:
    return {name: value.value for name, value in answer.metadata.items()}


@pytest.mark.parametrize(
    ("oldest", "passed", "severity"),
    [(0.0, True, WARN), (60.0, True, WARN), (60.1, False, WARN), (300.0, False, WARN), (300.1, False, ERROR)],
)
def test_outbox_is_judged_by_its_oldest_event(
    squad: SquadServer, oldest: float, severity: dg.AssetCheckSeverity, *, passed: bool
) -> None:
    squad.outbox = {"waiting": 3, "oldest_seconds": oldest, "most_attempts": 2}

    answer = Platform().answer(outbox_lag)

    assert (answer.asset_key, answer.passed) == (OUTBOX, passed)
    assert passed or answer.severity is severity
    assert passed is (answer.description is None)
    assert metadata(answer) == {"waiting": 3, "oldest_seconds": oldest, "most_attempts": 2}


@pytest.mark.parametrize("check", [outbox_lag, orders_reconciliation])
def test_an_api_that_does_not_answer_fails_the_check_and_not_the_run(
    check: dg.AssetChecksDefinition, squad: SquadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_API_URL", f"http://127.0.0.1:{free_port()}")

    answer = Platform().answer(check)

    assert (answer.passed, answer.severity) == (False, ERROR)
    assert (answer.description or "").startswith("the squad's API at http://127.0.0.1:")


@pytest.mark.parametrize("check", [outbox_lag, orders_reconciliation])
def test_where_no_api_is_named_a_check_that_is_picked_all_the_same_only_warns(
    check: dg.AssetChecksDefinition, squad: SquadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Materialize on gold.daily_sales takes all checks of the table along."""
    monkeypatch.delenv("ORDERS_API_URL")

    answer = Platform().answer(check)

    assert (answer.passed, answer.severity) == (False, WARN)
    assert (answer.description or "").startswith("no API is named: set ORDERS_API_URL")


def test_days_that_are_equal_pass_and_are_counted(squad: SquadServer) -> None:
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    squad.days = [a_day("2026-11-03"), a_day("2026-11-02"), a_day("2026-11-01", unchanged_seconds=10.0), a_day(tomorrow)]
    platform = Platform(FakeRunner(days=[in_gold("2026-11-02"), in_gold("2026-11-01", orders=1), in_gold("2026-11-03")]))

    answer = platform.answer(orders_reconciliation, first_day="2026-11-01", last_day=" 2026-11-03")

    assert answer.asset_key == asset_key("gold.daily_sales")
    assert (answer.passed, answer.description) == (True, None)
    assert metadata(answer) == {
        "days_compared": 2,
        "days_open": 2,
        "days_differing": 0,
        "first_day": "2026-11-01",
        "last_day": "2026-11-03",
        "open": ["2026-11-01", tomorrow],
        "table_version": 7,
    }


def test_days_that_do_not_come_to_rest_warn(squad: SquadServer) -> None:
    """An event that is stuck keeps them open; a check that compared nothing would be no good news."""
    squad.days = [a_day("2026-11-01"), a_day("2026-11-04")]
    squad.outbox = {"waiting": 1, "oldest_seconds": 10_000_000.0, "most_attempts": 90}

    answer = Platform().answer(orders_reconciliation, first_day="2026-11-01", last_day="2026-11-05")

    assert (answer.passed, answer.severity) == (False, WARN)
    assert answer.description == "1 days are over and have not come to rest, the first 2026-11-01: look at the outbox"


def test_days_that_differ_fail_with_a_table_of_them(squad: SquadServer) -> None:
    """One has another sum, one is not in gold, one was not accepted."""
    squad.days = [a_day("2026-11-01"), a_day("2026-11-02"), a_day("2026-11-03")]
    platform = Platform(FakeRunner(days=[in_gold("2026-11-01"), in_gold("2026-11-02", net_minor=28_999), in_gold("2026-11-04")]))

    answer = platform.answer(orders_reconciliation)

    assert (answer.passed, answer.severity, answer.blocking) == (False, ERROR, False)
    said = "3 of 4 days differ from what the squad's API accepted: 2026-11-02, 2026-11-03, 2026-11-04"
    assert answer.description == said
    assert metadata(answer)["days_differing"] == 3
    table = metadata(answer)["differences"].splitlines()[4:]
    assert [line.split(" | ")[0] for line in table] == ["| 2026-11-02", "| 2026-11-03", "| 2026-11-04"]
    assert table[0].endswith(" | 29,000 / 28,999 (-1) |")


def test_events_that_wait_in_the_outbox_keep_their_days_open(squad: SquadServer) -> None:
    squad.outbox = {"waiting": 1, "oldest_seconds": 2e6, "most_attempts": 9}
    squad.days = [a_day("2026-11-01"), a_day("2026-11-02", unchanged_seconds=3e6)]

    answer = Platform(FakeRunner(days=[in_gold("2026-11-02")])).answer(orders_reconciliation)

    assert metadata(answer)["days_differing"] == 0
    assert (metadata(answer)["days_compared"], metadata(answer)["open"]) == (1, ["2026-11-01"])


def test_the_last_35_days_are_asked_for_of_both_sides(squad: SquadServer) -> None:
    platform = Platform()

    before = datetime.now(UTC).date()
    answer = metadata(platform.answer(orders_reconciliation))

    asked = platform.runner.asked
    assert asked.last_day
    assert asked.first_day == asked.last_day - timedelta(days=34)
    assert before <= asked.last_day <= datetime.now(UTC).date()
    assert (answer["first_day"], answer["last_day"]) == (asked.first_day.isoformat(), asked.last_day.isoformat())
    assert squad.asked[-1] == f"/reconciliation?from={asked.first_day}&to={asked.last_day}"


def test_gold_is_asked_between_the_outbox_and_the_days_by_work_that_only_reads(squad: SquadServer) -> None:
    """What gold has by then, the API has as well; what it lacks, the outbox may hold."""

    class Asked(FakeRunner):
        squad_was_asked: tuple[str, ...] = ()

        def reports(self, work: Work) -> Iterator[Told]:
            self.squad_was_asked = tuple(squad.asked)
            return super().reports(work)

    runner = Asked()

    result = Platform(runner).run(orders_reconciliation, first_day="2026-11-01", last_day="2026-11-02")

    assert runner.squad_was_asked == ("/outbox",)
    assert squad.asked == ["/outbox", "/reconciliation?from=2026-11-01&to=2026-11-02"]
    assert (runner.asked.mode, runner.asked.writes) == ("totals", False)
    assert runner.asked.pass_id == f"{result.run_id}-reads"


def test_days_of_two_zones_are_not_compared(squad: SquadServer) -> None:
    squad.time_zone = "America/Sao_Paulo"

    answer = Platform().answer(orders_reconciliation)

    assert not answer.passed
    assert (
        answer.description == "the squad's API counts days in America/Sao_Paulo, gold in UTC: give both the same ORDERS_TIMEZONE"
    )


def test_a_lakehouse_that_refuses_fails_the_run_with_its_sentence(squad: SquadServer) -> None:
    """That is no answer about the days."""
    result = Platform(FakeRunner(refused="gold.daily_sales cannot be read")).run(orders_reconciliation)

    assert (failure(result), result.get_asset_check_evaluations()) == ("gold.daily_sales cannot be read", [])


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first_day": "2026-11-31"}, "2026-11-31 is no day like 2026-01-31"),
        ({"first_day": "2026-11-02", "last_day": "2026-11-01"}, "first_day 2026-11-02 is after last_day 2026-11-01: give the"),
    ],
)
def test_days_that_are_none_are_told_before_anyone_is_asked(squad: SquadServer, days: dict[str, str], said: str) -> None:
    result = Platform().run(orders_reconciliation, **days)

    assert failure(result).startswith(said)
    assert squad.asked == []


def failure(result: dg.ExecuteInProcessResult) -> str:
    """The sentence of a failed step."""
    [event] = [each for each in result.all_events if each.is_step_failure]
    said = event.step_failure_data.user_failure_data
    assert said
    return str(said.description)
