"""Silver's rows as the fold expects them, column by column."""

from dataclasses import asdict

from orders_platform_tests.oracle.facts import Event, Row
from orders_platform_tests.oracle.fold import Silver

POSITION = ("generation", "partition", "sequence_number")


def event_rows(silver: Silver) -> list[Row]:
    """silver.order_events; what depends on how messages were cut into batches (stale, supersedes) is left out."""
    return [
        {
            "event_time": event.event_time,
            **_order_row(event),
            **dict(zip(POSITION, silver.positions[event.event_id], strict=True)),
        }
        for event in silver.events.values()
    ]


def order_rows(silver: Silver) -> list[Row]:
    """silver.orders."""
    return [{**_order_row(order), "versions_seen": len(silver.versions[order_id])} for order_id, order in silver.orders.items()]


def quarantine_rows(silver: Silver) -> list[Row]:
    """silver.quarantine; reasons in a fixed order."""
    return [
        {**dict(zip(POSITION, position, strict=True)), "reasons": sorted(reasons)}
        for position, reasons in silver.quarantine.items()
    ]


def _order_row(event: Event) -> Row:
    return {
        "event_id": event.event_id,
        "order_id": event.order_id,
        "order_version": event.order_version,
        "kind": event.kind,
        "cancels_order_id": event.cancels_order_id,
        "status": event.status,
        "placed_at": event.placed_at,
        "occurred_at": event.occurred_at,
        "order_date": event.order_date,
        "customer_ref": event.customer_ref,
        "country": event.country,
        "currency": event.currency,
        "lines": [asdict(line) for line in event.lines],
        "line_count": len(event.lines),
        "units": event.units,
        "total_minor": event.total_minor,
    }
