"""When the squad's side is looked at, and when not."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.orchestration.specs import OUTBOX, asset_key
from orders_platform.orchestration.squad.jobs import NIGHTLY_RECONCILIATION, OUTBOX_WATCH
from orders_platform_tests.orchestration.squad.squad_server import SquadServer

WEDNESDAY_NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
TUESDAY_NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BOTH = [OUTBOX_WATCH, NIGHTLY_RECONCILIATION]


def tick(schedule: dg.ScheduleDefinition, at: datetime = WEDNESDAY_NOON) -> tuple[list[dg.RunRequest], str | None]:
    """The runs that a tick asks for, and why it asks for none."""
    told = schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=at))
    return list(told.run_requests or ()), told.skip_message


@pytest.mark.parametrize("schedule", BOTH, ids=lambda schedule: schedule.name)
def test_a_schedule_runs_by_itself_in_the_shops_time(schedule: dg.ScheduleDefinition) -> None:
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.execution_timezone == "UTC"
    assert schedule.job_name == "reconciliation"


def test_the_outbox_is_looked_at_every_five_minutes_and_the_days_half_an_hour_after_maintenance() -> None:
    assert [schedule.cron_schedule for schedule in BOTH] == ["*/5 * * * *", "0 4 * * *"]


@pytest.mark.parametrize("schedule", BOTH, ids=lambda schedule: schedule.name)
def test_where_no_api_is_named_nothing_runs_and_the_tick_says_why(
    schedule: dg.ScheduleDefinition, squad: SquadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERS_API_URL")

    assert tick(schedule) == ([], "no API of the squad is named (ORDERS_API_URL)")


def test_the_outbox_alone_is_looked_at_while_the_shop_is_open(squad: SquadServer) -> None:
    [request], _ = tick(OUTBOX_WATCH)

    [check] = request.asset_check_keys or []
    assert (check.asset_key, check.name) == (OUTBOX, "outbox_lag")
    # as Dagster's daemon makes a run of it
    only = defs.resolve_job_def("reconciliation").get_subset(asset_selection=None, asset_check_selection={check})
    assert [node.name for node in only.nodes] == ["squad__outbox_outbox_lag"]


@pytest.mark.parametrize("at", [TUESDAY_NOON, WEDNESDAY_NOON.replace(hour=20), WEDNESDAY_NOON.replace(hour=7, minute=55)])
def test_the_outbox_of_a_closed_shop_is_left_alone(squad: SquadServer, at: datetime) -> None:
    assert tick(OUTBOX_WATCH, at) == ([], "the shop is closed")


def test_by_night_both_sides_of_the_squad_are_looked_at(squad: SquadServer) -> None:
    [request], _ = tick(NIGHTLY_RECONCILIATION, TUESDAY_NOON.replace(hour=4))

    assert request.asset_check_keys is None
    names = {node.name for node in defs.resolve_job_def("reconciliation").nodes}
    assert names == {
        "squad__outbox_outbox_lag",
        "gold__daily_sales_orders_reconciliation",
        "gold__daily_sales_usual_day",
        "bronze__order_events_same_as_hub",
    }


def test_by_night_bronze_is_held_against_the_hub_though_no_api_is_named(
    squad: SquadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERS_API_URL")
    monkeypatch.setenv("ORDERS_HUB_NAME", "orders")
    monkeypatch.setenv("ORDERS_HUB_NAMESPACE", "shop.servicebus.windows.net")

    [request], _ = tick(NIGHTLY_RECONCILIATION, TUESDAY_NOON.replace(hour=4))

    [check] = request.asset_check_keys or []
    assert (check.asset_key, check.name) == (asset_key("bronze.order_events"), "same_as_hub")
    only = defs.resolve_job_def("reconciliation").get_subset(asset_selection=None, asset_check_selection={check})
    assert [node.name for node in only.nodes] == ["bronze__order_events_same_as_hub"]
