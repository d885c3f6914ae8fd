"""From what is asked to what is done: the one way into the lakehouse, for a cluster's job, Dagster and the command line."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec

from pyspark.sql import SparkSession

from orders_platform.errors import SettingsError
from orders_platform.lakehouse.continuous import run_continuous
from orders_platform.lakehouse.full_disk import full_disk_told
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.maintenance import maintain
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.rebuild import rebuild
from orders_platform.lakehouse.report import TableReport, Told
from orders_platform.lakehouse.source import HubSource, given_source, hub_source
from orders_platform.lakehouse.totals import totals
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings


def carry_out(
    work: Work, session: Callable[[], SparkSession], settings: Settings, stop: threading.Event | None = None
) -> Iterator[Told]:
    """Do `work`, and yield what there is to tell of each table as it is done; continuous mode ends when `stop` is set.

    Raises PlatformError: what the work raises, and what settings, a hub out of reach or a full disk do not allow.
    """
    with full_disk_told():
        yield from _reports(work if work.pass_id else replace(work, pass_id=new_pass_id()), session, settings, stop)


def _reports(work: Work, session: Callable[[], SparkSession], settings: Settings, stop: threading.Event | None) -> Iterator[Told]:
    if work.reads_hub:
        return _filled(work, session, settings, stop)
    lake = _lake(session, settings)
    match work.mode:
        case "maintain":
            return maintain(lake, work.tables)
        case "totals":
            return totals(lake, work)
    return rebuild(lake, work)


def _filled(
    work: Work, session: Callable[[], SparkSession], settings: Settings, stop: threading.Event | None
) -> Iterator[TableReport]:
    # a hub out of reach is told before Spark is started
    source = _source(work, settings)
    lake = _lake(session, settings)
    if work.mode == "continuous":
        return run_continuous(lake, source, stop=stop)
    return run_pass(lake, source, pass_id=work.pass_id, tables=work.tables or None)


def _lake(session: Callable[[], SparkSession], settings: Settings) -> Lake:
    return Lake(session(), settings.lake, settings.timezone)


def new_pass_id() -> str:
    """A name for a pass that nobody named."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def _source(work: Work, settings: Settings) -> HubSource:
    hub = settings.need_hub()
    if work.generation:
        return given_source(hub, work, is_databricks=settings.is_databricks)
    if find_spec("azure") is None or find_spec("azure.eventhub") is None:
        raise SettingsError(
            "the hub's generation is not given, and without the SDK it cannot be asked for: start this job from Dagster, which "
            "fills it in, or install azure-eventhub beside the wheel"
        )
    return hub_source(hub)
