"""What stands around the tables: the hub, whose tails can be looked at, and what reads gold."""

import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from orders_platform.lakehouse.bronze.table import HUB_COLUMNS
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS as BRONZE
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.report import Positions
from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.metadata import Ends, tables_metadata, tail_metadata
from orders_platform.orchestration.records import committed_positions
from orders_platform.orchestration.specs import CONTROL_ROOM, HUB, OUTBOX, PLATFORM_TEAM, SQUAD_TEAM, asset_key
from orders_platform.settings import Settings

if TYPE_CHECKING:
    from orders_platform.hub.tails import HubTails, PartitionTail

_HUB_ORDERS = dg.AssetSpec(
    key=HUB,
    deps=[OUTBOX],
    description="Order events as the squad sends them: the whole order after each change.\n\n"
    "An Azure Event Hub, keyed by order id. Observing it shows how far each partition reaches.",
    group_name="hub",
    kinds={"azure", "kafka"},
    owners=[SQUAD_TEAM, PLATFORM_TEAM],
    tags={"domain": "orders"},
    metadata={
        "dagster/column_schema": dg.TableSchema(
            columns=[dg.TableColumn(c.name, c.type, c.meaning) for c in BRONZE.columns if c.name in HUB_COLUMNS]
        )
    },
)
CONTROL_ROOM_PAGES = dg.AssetSpec(
    key=CONTROL_ROOM,
    deps=[asset_key(table.key) for table in TABLES if table.layer == "gold"],
    description="The pages on which people follow the day's sales.\n\nThey read the gold tables, without Spark.",
    group_name="serving",
    kinds={"dashboard"},
    owners=[PLATFORM_TEAM],
    tags={"domain": "orders"},
)


def observe_hub(context: dg.AssetExecutionContext) -> dg.ObserveResult:
    """Look how far each partition of the hub reaches, and each table behind it; new events are a new data version."""
    from orders_platform.hub.tails import tails  # noqa: PLC0415  loads the Azure SDK: not before it is wanted

    with as_failure():
        hub = tails(Settings.load().need_hub())
    now = datetime.now(UTC)
    ends = {table.key: _ends(hub, committed_positions(context.instance, table.key), now) for table in TABLES}
    events = sum(tail.next for tail in hub.partitions.values())
    reached = "|".join(f"{name}:{tail.next}" for name, tail in sorted(hub.partitions.items()))
    return dg.ObserveResult(
        asset_key=HUB,
        data_version=dg.DataVersion(f"{hub.generation}|{reached}"),
        metadata=tail_metadata(ends[BRONZE.key], events) | tables_metadata(ends),
    )


def _ends(hub: "HubTails", positions: Positions, now: datetime) -> dict[str, Ends]:
    committed = positions.get(hub.generation, {})
    return {name: seen(tail, committed.get(name, 0), now) for name, tail in sorted(hub.partitions.items())}


def seen(tail: "PartitionTail", committed: int, now: datetime) -> Ends:
    """A partition beside what a table has of it; events that the hub has dropped are not waited for."""
    newest, behind = tail.last_enqueued_at, max(0, tail.next - max(tail.begin, committed))
    return {
        "begin": tail.begin,
        "next": tail.next,
        "last_enqueued_at": newest.isoformat() if newest else None,
        "committed": committed,
        "behind": behind,
        "seconds_behind": round((now - newest).total_seconds(), 1) if newest and behind else None,
    }


def _observable() -> dg.AssetsDefinition:
    # the plural form alone takes deps, and says at each load that it is beta; the version is pinned
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        asset: dg.AssetsDefinition = dg.multi_observable_source_asset(specs=[_HUB_ORDERS], name="hub_orders")(observe_hub)
    return asset


HUB_ORDERS = _observable()
