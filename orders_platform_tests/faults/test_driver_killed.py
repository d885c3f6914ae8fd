"""The Spark driver is killed in the write of each table: the step is tried again, and what it ends with is right, once."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.orchestration.specs import table_key
from orders_platform_tests import invariants
from orders_platform_tests.builders import body
from orders_platform_tests.faults.meanwhile import meanwhile
from orders_platform_tests.lakehouse.filled import second_day
from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.orchestration.databricks.conftest import Place

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.faults, pytest.mark.long]


@pytest.mark.parametrize("table", BY_KEY)
def test_a_driver_that_is_killed_in_a_tables_write_costs_time_alone(place: Place, table: str) -> None:
    """In a second pass, which appends, merges and puts days in place of others, where the first one only makes tables new."""
    place.shop.sells(3)
    assert place.passes().success
    sell_what_changes_every_table(place)
    jvm, before = place.service.jvm, tables.version(place.lake, table)
    left: list[int] = []

    def kill() -> None:
        jvm.kill()
        jvm.wait()
        left.append(tables.version(place.lake, table))

    with dg.DagsterInstance.local_temp() as instance, meanwhile(begins_to_write(place.lake, table), kill):
        result = place.passes(instance)

    assert left == [before]
    assert result.success
    assert [e.event_type_value for e in result.all_events].count("STEP_RESTARTED") == 1
    assert invariants.check_all(place.lake) == []
    assert shown_versions(result) == {key: tables.version(place.lake, key) for key in BY_KEY}


def sell_what_changes_every_table(place: Place) -> None:
    """New orders, a changed one, a cancelled one, and a message that is none of these."""
    place.shop.publishes([*((event["data"]["order_id"], body(event)) for event in second_day()), ("bad", b"no event")])


def begins_to_write(lake: Path, table: str) -> Callable[[], bool]:
    """The moment when a new file of rows lies in the table's folder: its commit comes last."""
    folder = lake.joinpath(*table.split("."))
    known = set(folder.rglob("*.parquet"))
    return lambda: not known.issuperset(folder.rglob("*.parquet"))


def shown_versions(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    """What Dagster last said of each table's version."""
    told = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return {table_key(each.asset_key): each.metadata["table_version"].value for each in told}
