"""When a table is called late, asked of Dagster itself."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.definitions.freshness import CronFreshnessPolicy
from dagster._core.definitions.freshness_evaluator import CronFreshnessPolicyEvaluator
from dagster._core.loader import LoadingContext
from dagster._core.test_utils import freeze_time
from dagster._utils.schedules import cron_string_iterator
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_platform.errors import SettingsError
from orders_platform.orchestration.freshness import LIVE, deadlines, freshness_policy, late_since
from orders_platform.orchestration.jobs import quiet_time
from orders_platform.orchestration.specs import asset_key, table_specs
from orders_platform.settings import Settings
from orders_platform.trading import TradingHours

ZONE = "America/Sao_Paulo"
# a Monday; the shop never sells on a Tuesday
MONDAY = datetime(2026, 11, 23, tzinfo=ZoneInfo(ZONE))
SECOND = timedelta(seconds=1)
HOURS = [("", ""), ("mon,sun", "09:30-17:15"), ("sat", "00:00-23:59"), ("", "12:10-12:50"), ("tue", "23:30-23:50")]


def trading(days: str = "", hours: str = "") -> TradingHours:
    return Settings.from_env({"ORDERS_TIMEZONE": ZONE, "ORDERS_TRADING_DAYS": days, "ORDERS_TRADING_HOURS": hours}).trading


@dataclass
class Looking(LoadingContext):
    """Dagster as it looks at its records."""

    _instance: dg.DagsterInstance
    _loaders: dict[Any, Any] = field(default_factory=dict)

    @property
    def instance(self) -> dg.DagsterInstance:
        return self._instance

    @property
    def loaders(self) -> dict[Any, Any]:
        return self._loaders


def at(text: str, day: int = 0) -> datetime:
    hour, minute = map(int, text.split(":"))
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def looked_at(table: str, *, filled: datetime, now: datetime) -> str:
    """The state that Dagster gives a table which was filled at a moment, looked at in another."""
    key = asset_key(table)
    spec = dg.AssetSpec(key, freshness_policy=freshness_policy(table, trading()))
    node = dg.Definitions(assets=[spec]).resolve_asset_graph().get(key)
    with dg.DagsterInstance.ephemeral() as instance:
        with freeze_time(filled.astimezone(UTC)):
            instance.report_runless_asset_event(dg.AssetMaterialization(key))
        with freeze_time(now.astimezone(UTC)):
            found = asyncio.run(CronFreshnessPolicyEvaluator().evaluate_freshness(Looking(instance), node))
    return str(found.value)


@pytest.mark.parametrize(
    ("filled", "now"),
    [
        pytest.param(at("19:40"), at("23:00"), id="by night"),
        pytest.param(at("19:40"), at("08:30", day=2), id="after a Tuesday, before the first deadline"),
        pytest.param(at("19:40"), at("12:00", day=1), id="on a Tuesday"),
        pytest.param(at("10:20"), at("11:59"), id="in trading hours"),
    ],
)
def test_a_table_that_was_filled_while_the_shop_sold_is_fresh(filled: datetime, now: datetime) -> None:
    assert looked_at("gold.daily_sales", filled=filled, now=now) == "PASS"


@pytest.mark.parametrize(
    ("filled", "now"),
    [
        pytest.param(at("10:10"), at("11:01"), id="half an hour late"),
        pytest.param(at("19:40"), at("09:01", day=2), id="not filled since the day before yesterday"),
        pytest.param(at("12:00"), at("23:00"), id="stood still before closing"),
    ],
)
def test_a_table_that_nobody_fills_while_the_shop_sells_is_late(filled: datetime, now: datetime) -> None:
    assert looked_at("gold.daily_sales", filled=filled, now=now) == "FAIL"


@given(st.integers(0, 14 * 24 * 60), st.integers(0, 4 * 24 * 60), st.sampled_from(["gold.daily_sales", "silver.orders"]))
@settings(max_examples=12, deadline=None)
def test_alerts_call_late_what_dagster_calls_late(filled_minutes: int, minutes: int, table: str) -> None:
    filled = MONDAY + timedelta(minutes=filled_minutes)
    now = filled + timedelta(minutes=minutes, seconds=1)

    is_late = late_since(table, filled, now, trading()) is not None

    assert looked_at(table, filled=filled, now=now) == ("FAIL" if is_late else "PASS")


def test_what_people_look_at_is_late_sooner() -> None:
    seen = {table: looked_at(table, filled=at("10:10"), now=at("11:01")) for table in ("gold.daily_sales", "silver.orders")}

    assert seen == {"gold.daily_sales": "FAIL", "silver.orders": "PASS"}


def ticks(hours: TradingHours, weeks: int = 2) -> Iterator[datetime]:
    for tick in cron_string_iterator(MONDAY.timestamp(), deadlines(hours), ZONE):
        if tick >= MONDAY + timedelta(weeks=weeks):
            return
        yield tick


@pytest.mark.parametrize(("days", "hours"), HOURS)
def test_the_time_before_a_deadline_lies_within_trading_hours(days: str, hours: str) -> None:
    """Two weeks of them: a look back that left the trading hours would ask for a pass that nothing starts."""
    open_at = trading(days, hours)

    found = list(ticks(open_at))

    for table in (*LIVE, "silver.orders"):
        policy = freshness_policy(table, open_at)
        assert isinstance(policy, CronFreshnessPolicy)
        back = policy.lower_bound_delta
        assert [tick for tick in found if not (open_at.is_open(tick - SECOND) and open_at.is_open(tick - back))] == []
    assert {tick.weekday() for tick in found} == open_at.days


def test_no_trading_hour_passes_without_a_deadline() -> None:
    assert len(list(ticks(trading()))) == 2 * 6 * 12


@pytest.mark.parametrize(("days", "hours"), HOURS)
def test_maintenance_is_outside_trading_hours(days: str, hours: str) -> None:
    open_at = trading(days, hours)

    for day in range(7):
        assert not open_at.is_open(datetime.combine(MONDAY + timedelta(days=day), quiet_time(open_at), open_at.zone))


def test_wrong_hours_are_told_when_dagster_loads_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_TRADING_HOURS", "20:00-08:00")

    with pytest.raises(SettingsError, match="ORDERS_TRADING_HOURS is no span like"):
        table_specs()
