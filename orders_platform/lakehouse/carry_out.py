"""From what is asked to what is done: the one way into the lakehouse, for a cluster's job, Dagster and the command line."""

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import chain

from pyspark.sql import SparkSession

from orders_platform.errors import SettingsError
from orders_platform.lakehouse.audit import Action, acting, user
from orders_platform.lakehouse.backup.road import BackupSource
from orders_platform.lakehouse.backup.running import check_backup, run_backup
from orders_platform.lakehouse.backup.store import open_store
from orders_platform.lakehouse.continuous import run_continuous
from orders_platform.lakehouse.damage import damage_told
from orders_platform.lakehouse.full_disk import full_disk_told
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.ledger import new_pass_id
from orders_platform.lakehouse.maintenance import maintain
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.quarantine.release import release
from orders_platform.lakehouse.rebuild import rebuild
from orders_platform.lakehouse.replaying import run_replay
from orders_platform.lakehouse.report import TableReport, Told
from orders_platform.lakehouse.roads import Both, Source
from orders_platform.lakehouse.source import HubSource, given_source, hub_source
from orders_platform.lakehouse.time_zone import need_time_zone
from orders_platform.lakehouse.totals import totals
from orders_platform.lakehouse.turn import PATIENCE_SECONDS
from orders_platform.lakehouse.work import BACKUPS, PASSES, Work
from orders_platform.settings import Settings

_AUDITED = ("tables", "pass_id", "generation", "first_day", "last_day", "capture")
_ON_TABLES: dict[str, Callable[[Lake, Work], Iterator[Told]]] = {"totals": totals, "release": release, "rebuild": rebuild}


def carry_out(
    work: Work, session: Callable[[], SparkSession], settings: Settings, stop: threading.Event | None = None
) -> Iterator[Told]:
    """Do `work`, and yield what there is to tell of each table as it is done; continuous mode ends when `stop` is set.

    Raises PlatformError: what the work raises, and what settings, a hub out of reach or a full disk do not allow.
    """
    with damage_told(settings.lake), full_disk_told():
        work = work if work.pass_id else replace(work, pass_id=new_pass_id())
        with acting(settings.lake, _action(work, session, settings)) if work.is_by_hand else nullcontext():
            yield from _reports(work, session, settings, stop)


def _action(work: Work, session: Callable[[], SparkSession], settings: Settings) -> Action:
    """As the audit tells of it."""
    who = work.asked_by or (session().sql("SELECT current_user()").collect()[0][0] if settings.is_databricks else user())
    told = {name: text for name, text in work.parameters().items() if text and name in _AUDITED}
    return Action(who, work.mode, told | (work.release.told if work.release else {}), work.release.why if work.release else "")


def _reports(work: Work, session: Callable[[], SparkSession], settings: Settings, stop: threading.Event | None) -> Iterator[Told]:
    if work.mode in PASSES:
        return _filled(work, session, settings, stop)
    if work.mode in BACKUPS:
        return _kept(work, session, settings, stop)
    lake = _lake(session, settings)
    if work.mode == "maintain":
        return maintain(lake, work.tables)
    return _ON_TABLES[work.mode](lake, work)


def _filled(
    work: Work, session: Callable[[], SparkSession], settings: Settings, stop: threading.Event | None
) -> Iterator[TableReport]:
    # a hub out of reach is told before Spark is started
    hub = _hub(work, settings) if work.reads_hub and settings.backup.takes_hub else None
    lake = _lake(session, settings)
    if work.mode == "replay":
        return run_replay(lake, work, settings)
    source = _source(lake.spark, settings, hub)
    if work.mode != "continuous":
        # where nobody waits for an answer, a release from a command line may end first
        patience = 0.0 if work.is_by_hand else PATIENCE_SECONDS
        return run_pass(lake, source, pass_id=work.pass_id, tables=work.tables or None, patience=patience)
    if hub is None:
        raise SettingsError("the stream that runs all along reads the hub: let ORDERS_ROADS be hub or both, or run passes")
    # whoever gave the generation looks after it
    now = None if work.generation else lambda: hub_source(settings.need_hub()).generation
    return run_continuous(lake, hub, start=source, stop=stop, generation_now=now)


def _source(spark: SparkSession, settings: Settings, hub: HubSource | None) -> Source:
    """The roads that the settings name; `hub` is None where they leave it out."""
    if hub and not settings.backup.takes_files:
        return hub
    files = BackupSource(open_store(settings.backup.need_place(), lambda: spark), has_auto_loader=settings.is_databricks)
    return Both(files, hub) if hub else files


def _kept(
    work: Work, session: Callable[[], SparkSession], settings: Settings, stop: threading.Event | None
) -> Iterator[TableReport]:
    store = open_store(settings.backup.need_place(), session)
    if work.mode == "check-backup":
        return check_backup(
            store,
            lambda: _lake(session, settings),
            pass_id=work.pass_id,
            keep_days=settings.backup.days,
            today=datetime.now(UTC).date(),
            since=work.first_day,
        )
    # a hub out of reach is told before Spark is started; the writer that runs on asks for the tails again
    first = _hub(work, settings)
    hubs = chain([first], iter(lambda: hub_source(settings.need_hub()), None))
    return run_backup(_lake(session, settings), store, lambda: next(hubs), pass_id=work.pass_id, stop=stop)


def _lake(session: Callable[[], SparkSession], settings: Settings) -> Lake:
    """The lake of the settings, before anything is written to it."""
    spark = session()
    need_time_zone(spark, settings.timezone)
    return Lake(spark, settings.lake, settings.timezone)


def _hub(work: Work, settings: Settings) -> HubSource:
    hub = settings.need_hub()
    if work.generation:
        return given_source(hub, work, is_databricks=settings.is_databricks)
    if find_spec("azure") is None or find_spec("azure.eventhub") is None:
        raise SettingsError(
            "the hub's generation is not given, and without the SDK it cannot be asked for: start this job from Dagster, which "
            "fills it in, or install azure-eventhub beside the wheel"
        )
    return hub_source(hub)
