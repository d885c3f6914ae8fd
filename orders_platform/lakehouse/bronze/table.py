"""bronze.order_events: every message as it came, whichever road it took."""

from orders_platform.lakehouse.table import CHANGE_FEED, Column, Table

# What the hub says of a message, by the names that it has in bronze.
HUB_COLUMNS = ("partition", "sequence_number", "key", "value", "enqueued_at")
ORDER_EVENTS = Table(
    layer="bronze",
    name="order_events",
    one_row="a message as it came",
    unique_by=("generation", "partition", "sequence_number"),
    made_from=("hub.orders",),
    columns=(
        Column(
            "generation",
            "string",
            "The hub's name and creation time: a re-created hub starts a new one",
            nullable=False,
            made_of=(),
        ),
        Column("partition", "int", "Partition of the hub", nullable=False),
        Column("sequence_number", "bigint", "Place in the partition, without holes", nullable=False),
        Column("key", "string", "Partition key as sent, or null"),
        Column("value", "binary", "Body, byte for byte"),
        Column("enqueued_at", "timestamp", "When the hub took it, by the hub's clock", nullable=False),
        Column("road", "string", "hub or backup: the way it came", nullable=False, made_of=()),
        Column("ingested_at", "timestamp", "When its batch was written, one time a batch", nullable=False, made_of=()),
    ),
    properties=CHANGE_FEED,
)
