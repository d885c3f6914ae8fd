"""The check asks a real hub for the messages at bronze's newest positions, and is red where bronze holds something else there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.hub.peek import HubMessage, peek
from orders_platform.hub.publish import Publisher
from orders_platform.hub.tails import tails
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.local.processes import free_port
from orders_platform.orchestration.hub_bodies.checks import same_as_hub
from orders_platform.orchestration.hub_bodies.comparing import compared
from orders_platform.orchestration.specs import asset_key
from orders_platform.serving.lake_source import LakeSource
from orders_platform.serving.warehouse_source import WarehouseSource
from orders_platform.settings import HubSettings, Settings
from orders_platform_tests.oracle.facts import Row
from orders_platform_tests.serving.warehouse import FolderStatements
from orders_platform_tests.small_lake import write

pytestmark = pytest.mark.integration
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
Change = Callable[[Row], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Shop:
    """A hub with what it holds, and a lake whose bronze holds what a test lets it hold."""

    hub: HubSettings
    generation: str
    messages: list[HubMessage]
    lake: Path

    def fills(self, change: Change = lambda _: {}) -> None:
        """Bronze as a pass would have made it, some of it changed; the first two of each partition came by the backup."""
        rows = [
            {
                "generation": self.generation,
                "partition": int(each.partition),
                "sequence_number": each.sequence_number,
                "key": each.key,
                "value": each.body,
                "enqueued_at": each.enqueued_at,
                "road": "backup" if each.sequence_number < 2 else "hub",
                "ingested_at": each.enqueued_at,
            }
            for each in self.messages
        ]
        write(self.lake, ORDER_EVENTS.key, [row | change(row) for row in rows])


@pytest.fixture(scope="module")
def filled_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """With four messages in each of its two partitions; nothing is sent to it any more."""
    folder = tmp_path_factory.mktemp("hub")
    options = ServerOptions(folder, (HubConfig("orders", 2),), "Root", "c29tZSBrZXk=")
    with server_in_thread(options) as running:
        hub = Settings.from_env(running.server.client_settings()).need_hub()
        with Publisher(hub) as publisher:
            publisher.publish((key, f"{key}{number}".encode()) for key in ("o0", "o1") for number in range(4))
        now = tails(hub)
        assert [tail.next for tail in now.partitions.values()] == [4, 4]
        yield Shop(hub, now.generation, peek(hub, None, count=4), folder)


@pytest.fixture
def shop(filled_hub: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Named by the environment as Dagster finds it, with a lake of the test's own."""
    monkeypatch.setenv("ORDERS_HUB_NAME", filled_hub.hub.name)
    monkeypatch.setenv("ORDERS_HUB_CONNECTION", str(filled_hub.hub.connection))
    monkeypatch.setenv("ORDERS_HUB_KAFKA", filled_hub.hub.kafka)
    monkeypatch.setenv("ORDERS_LAKE", str(tmp_path / "lake"))
    return replace(filled_hub, lake=tmp_path / "lake")


def answer() -> dg.AssetCheckEvaluation:
    """Of a run of this check alone, which ends well whatever it answers."""
    only = defs.resolve_job_def("reconciliation").get_subset(asset_check_selection=set(same_as_hub.check_keys))
    result = only.execute_in_process()
    [found] = result.get_asset_check_evaluations()
    return found


def told(found: dg.AssetCheckEvaluation) -> dict[str, Any]:
    return {name: value.value for name, value in found.metadata.items()}


def test_bronze_that_holds_the_hubs_messages_passes_and_the_newest_of_each_partition_and_road_are_compared(shop: Shop) -> None:
    shop.fills()

    found = answer()

    assert (found.asset_key, found.passed, found.description) == (asset_key(ORDER_EVENTS.key), True, None)
    assert told(found) == {"compared": 4, "differing": 0, "generation": shop.generation, "positions": []}


def test_another_hubs_messages_at_the_newest_positions_fail_and_are_named(shop: Shop) -> None:
    """As after a replay of files of two hubs: every check by positions passes."""
    shop.fills(lambda row: {"value": b'{"user":"ana"}'} if row["sequence_number"] == 3 else {})

    found = answer()

    generation = shop.generation
    assert (found.passed, found.severity) == (False, ERROR)
    assert told(found)["positions"] == [f"0:3@{generation}", f"1:3@{generation}"]
    assert (found.description or "").startswith(f"the hub does not hold what bronze has at 0:3@{generation}, 1:3@{generation}: ")


def test_what_came_by_the_backup_is_still_compared_when_the_hub_brought_more(shop: Shop) -> None:
    shop.fills(lambda row: {"value": b"{}"} if (row["partition"], row["sequence_number"]) == (1, 1) else {})

    assert told(answer())["positions"] == [f"1:1@{shop.generation}"]


def test_an_equal_body_that_the_hub_took_at_another_time_is_another_message(shop: Shop) -> None:
    shop.fills(lambda row: {"enqueued_at": row["enqueued_at"] - timedelta(days=1)} if row["sequence_number"] == 3 else {})

    assert told(answer())["differing"] == 2


def test_positions_that_the_hub_has_never_given_are_named(shop: Shop) -> None:
    """It lost its newest messages, or was never this one."""
    shop.fills(lambda row: {"sequence_number": 9} if (row["partition"], row["sequence_number"]) == (0, 3) else {})

    assert told(answer())["positions"] == [f"0:9@{shop.generation}"]


def test_a_generation_in_another_case_is_the_same_and_another_one_is_not_compared(shop: Shop) -> None:
    shop.fills(lambda row: {"generation": row["generation"].upper() if row["partition"] else "orders-1"})

    assert told(answer())["compared"] == 2


def test_behind_a_sql_warehouse_the_same_is_found(shop: Shop) -> None:
    shop.fills(lambda row: {"value": None} if row["sequence_number"] == 1 else {})
    warehouse = WarehouseSource(FolderStatements(shop.lake), "warehouse", "shop")

    found = compared(shop.hub, warehouse.look())

    assert found == compared(shop.hub, LakeSource(str(shop.lake)).look())
    assert (found.positions, len(found.differing)) == (4, 2)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ORDERS_LAKE": "shop_prod"}, "shop_prod is a Unity Catalog: name by DATABRICKS_WAREHOUSE_ID"),
        ({"ORDERS_HUB_NAME": "", "ORDERS_HUB_CONNECTION": "", "ORDERS_HUB_KAFKA": ""}, "no hub is named"),
        ({}, "bronze.order_events is not there yet"),
    ],
    ids=["catalog without warehouse", "no hub", "no bronze"],
)
def test_what_cannot_be_looked_at_is_a_warning_with_its_reason(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], said: str
) -> None:
    for name, value in changed.items():
        monkeypatch.setenv(name, value)

    found = answer()

    assert (found.passed, found.severity) == (False, WARN)
    assert (found.description or "").startswith(said)


def test_a_hub_that_is_away_is_a_warning(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passes tell of it as well, and it says nothing about bronze."""
    shop.fills()
    port = free_port()
    monkeypatch.setenv(
        "ORDERS_HUB_CONNECTION",
        f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=Root;SharedAccessKey=c29tZSBrZXk=;UseDevelopmentEmulator=true",
    )

    found = answer()

    assert (found.passed, found.severity) == (False, WARN)
    assert (found.description or "").startswith("hub orders at ")
