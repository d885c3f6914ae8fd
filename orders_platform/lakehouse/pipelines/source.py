"""Where the pipeline's messages come from: the hub, the backup's files, or both, as the settings say."""

import json
from collections.abc import Callable, Mapping

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from orders_platform.hub_name import folded
from orders_platform.lakehouse.backup.write import DATA
from orders_platform.lakehouse.bronze.table import HUB_COLUMNS, ORDER_EVENTS
from orders_platform.lakehouse.bronze.taking import BACKUP, HUB, enveloped
from orders_platform.lakehouse.hub_stream import named
from orders_platform.lakehouse.pipelines import lakeflow
from orders_platform.lakehouse.pipelines.tables import FROM_BACKUP, FROM_HUB, GENERATION, SETTINGS
from orders_platform.lakehouse.source import given_options
from orders_platform.settings import Settings

_MAX_MESSAGES = 200_000


def settings(session: SparkSession) -> Settings:
    """The environment's settings, less what the pipeline's configuration gives instead."""
    given: Mapping[str, str] = json.loads(session.conf.get(SETTINGS, "{}") or "{}")
    return Settings.load(given)


def roads(session: SparkSession) -> dict[str, Callable[[], DataFrame]]:
    """The roads that messages take into bronze; each is a flow of its own, so that one may be added later."""
    backup = settings(session).backup
    taken: dict[str, Callable[[], DataFrame]] = {}
    if backup.takes_hub:
        taken[FROM_HUB] = from_hub
    if backup.takes_files:
        taken[FROM_BACKUP] = from_backup
    return taken


def from_hub() -> DataFrame:
    """Messages out of the hub's Kafka endpoint, from the oldest on."""
    session = SparkSession.active()
    known = settings(session)
    hub = known.need_hub()
    options = given_options(hub, is_databricks=known.is_databricks)
    options |= {"startingOffsets": "earliest", "maxOffsetsPerTrigger": str(_MAX_MESSAGES)}
    messages = session.readStream.format("kafka").options(**options).load()
    return enveloped(named(messages), folded(session.conf.get(GENERATION, "") or hub.name), HUB)


def from_backup() -> DataFrame:
    """Messages out of the backup's parquet files; of which generation they are is said by the folder alone."""
    session = SparkSession.active()
    columns = ", ".join(f"{column.name} {column.type}" for column in ORDER_EVENTS.columns if column.name in HUB_COLUMNS)
    files = lakeflow.stream_of_files(session, f"{settings(session).backup.need_place()}/{DATA}", columns)
    generation = F.lower(F.regexp_extract("_metadata.file_path", "/generation=([^/]+)/", 1))
    return enveloped(files, generation, BACKUP)
