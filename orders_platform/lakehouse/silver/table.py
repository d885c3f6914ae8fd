"""The silver tables: valid events, orders as they stand, and what broke a rule."""

from dataclasses import replace

from orders_platform.lakehouse.table import CHANGE_FEED, Column, Table

_BODY = ("value",)
# Which of two events came first, and what the order was before.
_ARRIVAL = ("value", "generation", "partition", "sequence_number", "ingested_at")
LINE = "struct<line_no:int, product_no:string, product_name:string, unit_price_minor:bigint, quantity:bigint>"

_POSITION = (
    Column("generation", "string", "Position in bronze: the hub's generation", nullable=False),
    Column("partition", "int", "Position in bronze: partition", nullable=False),
    Column("sequence_number", "bigint", "Position in bronze: sequence number", nullable=False),
    Column("enqueued_at", "timestamp", "When the hub took it", nullable=False),
)
_ORDER = (
    Column("order_id", "string", "The order, or the cancellation document", nullable=False),
    Column("order_version", "bigint", "Counts the order's changes, from 1", nullable=False),
    Column("kind", "string", "sale or cancellation", nullable=False),
    Column("cancels_order_id", "string", "The order that a cancellation cancels, where the source knows"),
    Column("status", "string", "placed, paid, shipped, cancelled; other words are kept", nullable=False),
    Column("placed_at", "timestamp", "When the order was placed: it dates the order", nullable=False),
    Column("occurred_at", "timestamp", "When this change happened", nullable=False),
    Column("order_date", "date", "Day of placed_at in the shop's time zone", nullable=False),
    Column("customer_ref", "string", "Pseudonym of the customer, or null"),
    Column("country", "string", "Country as the shop has it", nullable=False),
    Column("currency", "string", "ISO 4217", nullable=False),
    Column("lines", f"array<{LINE}>", "Order lines; money in minor units", nullable=False),
    Column("line_count", "int", "Number of lines", nullable=False),
    Column("units", "bigint", "Sum of quantities; negative in a cancellation", nullable=False),
    Column("total_minor", "bigint", "Sum of unit price x quantity in minor units", nullable=False),
)

_ORDER_IN_BODY = tuple(replace(column, made_of=_BODY) for column in _ORDER)

ORDER_EVENTS = Table(
    layer="silver",
    name="order_events",
    one_row="a valid event",
    unique_by=("event_id",),
    made_from=("bronze.order_events",),
    columns=(
        Column("event_id", "string", "UUIDv5 of order id and version", nullable=False, made_of=_BODY),
        Column("event_time", "timestamp", "When the event was made", nullable=False, made_of=_BODY),
        *_ORDER_IN_BODY,
        Column("warnings", "array<string>", "Names of the warn-only rules it broke", nullable=False, made_of=_BODY),
        Column("body_sha256", "string", "SHA-256 of the body: tells a duplicate from a conflict", nullable=False, made_of=_BODY),
        Column(
            "is_stale",
            "boolean",
            "A higher version was known when it arrived: never the order's state",
            nullable=False,
            made_of=_ARRIVAL,
        ),
        Column("supersedes_order_date", "date", "Day of the version that it replaced, or null", made_of=_ARRIVAL),
        Column("supersedes_occurred_at", "timestamp", "occurred_at of the version that it replaced, or null", made_of=_ARRIVAL),
        *_POSITION,
    ),
    properties=CHANGE_FEED,
)

ORDERS = Table(
    layer="silver",
    name="orders",
    one_row="an order as it stands: its highest version",
    unique_by=("order_id",),
    made_from=("silver.order_events",),
    columns=(
        *_ORDER,
        Column(
            "versions_seen",
            "bigint",
            "How many versions are here; fewer than order_version means a gap",
            nullable=False,
            made_of=("order_id",),
        ),
        Column("event_id", "string", "The event that it stands at", nullable=False),
    ),
)

QUARANTINE = Table(
    layer="silver",
    name="quarantine",
    one_row="a message that broke a rule",
    unique_by=("generation", "partition", "sequence_number"),
    made_from=("bronze.order_events",),
    columns=(
        *_POSITION,
        Column("key", "string", "Partition key as sent, or null"),
        Column("value", "binary", "Body, byte for byte"),
        Column("event_id", "string", "Event id, where it could be read", made_of=_BODY),
        Column("order_id", "string", "Order id, where it could be read", made_of=_BODY),
        Column("reasons", "array<string>", "Names of the rules it broke", nullable=False, made_of=_ARRIVAL),
        Column("attempt", "int", "How often it was tried", nullable=False, made_of=()),
        Column("quarantined_at", "timestamp", "When it was set aside", nullable=False, made_of=()),
        Column("released_at", "timestamp", "When a repair let it back in, or null", made_of=()),
    ),
)
