"""Checks that ask the squad's API: how long events wait in its outbox, and whether gold has what it accepted."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import dagster as dg
from pydantic import Field

from orders_platform.errors import InputError, PlatformError
from orders_platform.lakehouse.day_totals import Totals
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.assets import asked_day, pass_id
from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.runner import READS, TotalsReader
from orders_platform.orchestration.specs import OUTBOX, asset_key
from orders_platform.orchestration.squad.comparing import compare, open_days
from orders_platform.orchestration.squad.verdicts import days_verdict, outbox_verdict, unanswered, zones_differ
from orders_platform.settings import Settings

if TYPE_CHECKING:
    from orders_platform.orchestration.squad.api import SquadApi

_DAYS: Final = 35


class ReconciledDays(dg.Config):
    """Days to compare, both ends included; nothing for the last 35."""

    first_day: str = Field("", description="The shop's day, like 2026-01-05; empty: 34 days before the last one.")
    last_day: str = Field("", description="Itself included; empty: today, which is open until it is over.")


@dg.asset_check(asset=OUTBOX, description="No event waits for the hub for more than a minute; more than five are an error.")
def outbox_lag() -> dg.AssetCheckResult:
    """One look; an API that does not answer fails the check with the sentence that says why."""
    settings = Settings.load()
    try:
        return outbox_verdict(_api(settings).outbox())
    except PlatformError as fault:
        return unanswered(fault, settings.api)


@dg.asset_check(
    asset=asset_key("gold.daily_sales"),
    description="Each day has, in each currency, what the squad's API accepted. Days with orders still under way are left out.",
)
def orders_reconciliation(
    context: dg.AssetCheckExecutionContext, config: ReconciledDays, runner: dg.ResourceParam[TotalsReader]
) -> dg.AssetCheckResult:
    """One comparison; an API that does not answer fails the check, a lake out of reach the run, as it does a pass."""
    settings, step = Settings.load(), context.op_execution_context
    with as_failure(step.retry_number):
        days = _asked_days(config, datetime.now(settings.zone).date())

    def ask_gold() -> Totals:
        work = Work("totals", pass_id=f"{pass_id(step)}{READS}", first_day=days[0], last_day=days[1])
        with as_failure(step.retry_number):
            return runner.totals(step, work)

    try:
        return _compared(_api(settings), ask_gold, days, settings)
    except PlatformError as fault:
        return unanswered(fault, settings.api)


def _compared(
    api: "SquadApi", ask_gold: Callable[[], Totals], days: tuple[date, date], settings: Settings
) -> dg.AssetCheckResult:
    """Gold is asked between the outbox and the days: what it has, the API must have by then; what it lacks, the outbox may hold.

    Time is measured by this process's clock and by the database's, each against itself, never one against the other.
    """
    today, asked_at = datetime.now(settings.zone).date(), time.monotonic()
    outbox = api.outbox()
    gold = ask_gold()
    accepted = api.accepted(*days)
    if accepted.time_zone != settings.timezone:
        return zones_differ(accepted.time_zone, settings.timezone)
    moving = open_days(accepted.days, outbox, time.monotonic() - asked_at)
    return days_verdict(compare(accepted.days, gold.days, lambda day: day >= today or day in moving), days, gold.version)


def _api(settings: Settings) -> "SquadApi":
    from orders_platform.orchestration.squad.api import SquadApi  # noqa: PLC0415  loads the Azure SDK: not before it is wanted

    return SquadApi.of(settings.api)


def _asked_days(config: ReconciledDays, today: date) -> tuple[date, date]:
    last = asked_day(config.last_day) or today
    first = asked_day(config.first_day) or last - timedelta(days=_DAYS - 1)
    if first > last:
        raise InputError(f"first_day {first} is after last_day {last}: give the earlier day first")
    return first, last
