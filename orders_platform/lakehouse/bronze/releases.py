"""bronze.releases: what people put in place of a message's body when they let it back in. Made by the first release."""

from orders_platform.lakehouse.table import CHANGE_FEED, Column, Table

RELEASES = Table(
    layer="bronze",
    name="releases",
    one_row="a message that somebody let back in, with the body that counts from then on",
    unique_by=("generation", "partition", "sequence_number", "attempt"),
    made_from=("silver.quarantine",),
    columns=(
        Column("generation", "string", "Position in bronze: the hub's generation", nullable=False),
        Column("partition", "int", "Position in bronze: partition", nullable=False),
        Column("sequence_number", "bigint", "Position in bronze: sequence number", nullable=False),
        Column("enqueued_at", "timestamp", "When the hub took it", nullable=False),
        Column("key", "string", "Partition key as sent, or null"),
        Column("value", "binary", "Body as it came, byte for byte"),
        Column("body", "binary", "Body that counts from now on; null: the one that came", made_of=()),
        Column("reasons", "array<string>", "Names of the rules that it broke until now", nullable=False),
        Column("attempt", "int", "How often it had been tried before", nullable=False),
        Column("quarantined_at", "timestamp", "When it was set aside", nullable=False),
        Column("repair", "string", "Name of the repair that made the body, or null", made_of=()),
        Column("why", "string", "Why it was let back in, as somebody told", nullable=False, made_of=()),
        Column("release_id", "string", "The release, as the ledger and the audit call it", nullable=False, made_of=()),
        Column("released_at", "timestamp", "When it was asked for, one time a release", nullable=False, made_of=()),
    ),
    properties=CHANGE_FEED,
)
