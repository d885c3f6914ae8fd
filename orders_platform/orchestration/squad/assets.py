"""What the squad has before the hub: its orders, and the outbox that brings each change of them there."""

import dagster as dg

from orders_platform.orchestration.specs import OUTBOX, SQUAD, SQUAD_TEAM

SQUAD_ORDERS = dg.AssetSpec(
    key=SQUAD,
    description="Orders in the squad's own database.\n\nIts API accepts each change, and writes the event of it into the outbox.",
    group_name="squad",
    kinds={"postgres"},
    owners=[SQUAD_TEAM],
    tags={"domain": "orders"},
)
SQUAD_OUTBOX = dg.AssetSpec(
    key=OUTBOX,
    deps=[SQUAD],
    description="Events of accepted changes, until the hub has acknowledged them.\n\nThe squad's relay sends them.",
    group_name="squad",
    kinds={"postgres"},
    owners=[SQUAD_TEAM],
    tags={"domain": "orders"},
)
