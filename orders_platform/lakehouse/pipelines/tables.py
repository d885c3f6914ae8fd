"""The pipeline's tables by name, and the keys of its configuration; free of Spark."""

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.table import Table


def name_of(table: Table) -> str:
    """`layer_table`: a pipeline writes into one schema."""
    return table.key.replace(".", "_")


# Between bronze and silver: append-only, since a stream may only be read from what is never changed.
KEPT, REJECTED = "silver_messages", "silver_rejected"
# The flows that fill bronze; every other flow is named like its dataset.
ROADS = FROM_HUB, FROM_BACKUP = "from_hub", "from_backup"
NAMES: tuple[str, ...] = (*(name_of(table) for table in TABLES), KEPT, REJECTED)
# Of the configuration: settings as JSON where the environment cannot hold them, as on Databricks; the hub's generation.
SETTINGS, GENERATION = "orders.settings", "orders.generation"
