"""What the lakehouse is fed from, owned by others: the squad's orders, and the hub, whose tails can be looked at."""

import warnings

import dagster as dg

from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.metadata import tail_metadata
from orders_platform.orchestration.specs import HUB, PLATFORM_TEAM, SQUAD, SQUAD_TEAM
from orders_platform.settings import Settings

SQUAD_ORDERS = dg.AssetSpec(
    key=SQUAD,
    description="Orders in the squad's own database.\n\nThe squad sends each change of an order to the hub.",
    group_name="squad",
    kinds={"postgres"},
    owners=[SQUAD_TEAM],
    tags={"domain": "orders"},
)
_HUB_ORDERS = dg.AssetSpec(
    key=HUB,
    deps=[SQUAD],
    description="Order events as the squad sends them: the whole order after each change.\n\n"
    "An Azure Event Hub, keyed by order id. Observing it shows how far each partition reaches.",
    group_name="hub",
    kinds={"azure", "kafka"},
    owners=[SQUAD_TEAM, PLATFORM_TEAM],
    tags={"domain": "orders"},
)


def observe_hub() -> dg.ObserveResult:
    """Look how far each partition of the hub reaches; new events are a new data version."""
    from orders_platform.hub.tails import tails  # noqa: PLC0415  loads the Azure SDK: not before it is wanted

    with as_failure():
        hub = tails(Settings.load().need_hub())
    ends = {
        name: {
            "begin": tail.begin,
            "next": tail.next,
            "last_enqueued_at": tail.last_enqueued_at.isoformat() if tail.last_enqueued_at else None,
        }
        for name, tail in sorted(hub.partitions.items())
    }
    reached = "|".join(f"{name}:{tail.next}" for name, tail in sorted(hub.partitions.items()))
    return dg.ObserveResult(
        asset_key=HUB,
        data_version=dg.DataVersion(f"{hub.generation}|{reached}"),
        metadata=tail_metadata(ends, events=sum(tail.next for tail in hub.partitions.values())),
    )


def _observable() -> dg.AssetsDefinition:
    # the plural form alone takes deps, and says at each load that it is beta; the version is pinned
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        asset: dg.AssetsDefinition = dg.multi_observable_source_asset(specs=[_HUB_ORDERS], name="hub_orders")(observe_hub)
    return asset


HUB_ORDERS = _observable()
