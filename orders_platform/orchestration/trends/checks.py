"""The check of the last trading day against its own past: a warning, for people to look."""

from datetime import date, datetime, timedelta
from typing import Final

import dagster as dg

from orders_platform.lakehouse.day_totals import Totals
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.assets import pass_id
from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.runner import READS, TotalsReader
from orders_platform.orchestration.specs import asset_key
from orders_platform.orchestration.trends.days import Figure, figures, last_trading_day, weeks_before
from orders_platform.orchestration.trends.usual import LEAST_WEEKS, MOST_WEEKS
from orders_platform.settings import Settings

_PAST: Final = timedelta(weeks=MOST_WEEKS)


@dg.asset_check(
    asset=asset_key("gold.daily_sales"),
    description="The last trading day has about as many orders as the same weekday of past weeks, of about the usual value, and "
    "about as much of it cancelled.",
)
def usual_day(context: dg.AssetCheckExecutionContext, runner: dg.ResourceParam[TotalsReader]) -> dg.AssetCheckResult:
    """One look; a lake out of reach fails the run, as it does a pass."""
    settings, step = Settings.load(), context.op_execution_context
    day = last_trading_day(datetime.now(settings.zone).date(), settings.trading.days)
    work = Work("totals", pass_id=f"{pass_id(step)}-usual{READS}", first_day=day - _PAST, last_day=day)
    with as_failure(step.retry_number):
        return verdict(day, runner.totals(step, work))


def verdict(day: date, totals: Totals) -> dg.AssetCheckResult:
    """Odd figures are named, each beside what is usual; where the past is too short, that is said."""
    found, weeks = list(figures(day, totals.days)), len(weeks_before(day, totals.days))
    odd = [figure for figure in found if figure.usual.is_odd]
    return dg.AssetCheckResult(
        passed=not odd,
        severity=dg.AssetCheckSeverity.WARN,
        description=_said(day, odd, weeks),
        metadata={"day": day.isoformat(), "weeks": weeks, "table_version": totals.version, **_scores(found)},
    )


def _said(day: date, odd: list[Figure], weeks: int) -> str | None:
    if weeks < LEAST_WEEKS:
        return f"too little to hold {day} against: {weeks} weeks, and {LEAST_WEEKS} are needed"
    return f"{day} is unlike its weekday of {weeks} weeks: {'; '.join(one.sentence for one in odd)}" if odd else None


def _scores(found: list[Figure]) -> dict[str, float]:
    """A number each, so that Dagster plots them."""
    return {f"{figure.name} {figure.currency}": round(figure.usual.score, 2) for figure in found}
