"""A replay as a whole: bronze made whole out of the backup, then silver and gold by a pass like any other."""

from collections.abc import Iterator

from orders_platform.errors import InputError
from orders_platform.hub_name import folded
from orders_platform.lakehouse.backup.capture import capture_at
from orders_platform.lakehouse.backup.replay import Kept, OwnBackup, Range, Replay
from orders_platform.lakehouse.backup.store import open_store
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.parts import Parts
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.source import hub_source
from orders_platform.lakehouse.turn import is_taken, own_turn
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings


def run_replay(lake: Lake, work: Work, settings: Settings) -> Iterator[TableReport]:
    """Replay the days that `work` names, or everything. Where a stream or a pass is at work, silver and gold are left to it.

    Raises InputError for days in the wrong order, PassRefused where what was kept is not whole.
    """
    if work.first_day and work.last_day and work.first_day > work.last_day:
        raise InputError(f"{work.first_day} is after {work.last_day}: give the earlier day first")
    replay = Replay(_kept(lake, work, settings), Range(work.first_day, work.last_day), beside_a_stream=is_taken(lake))
    if replay.beside_a_stream:
        return _beside(lake, replay, work.pass_id)
    return run_pass(lake, replay, pass_id=work.pass_id, tables=work.tables or None)


def _kept(lake: Lake, work: Work, settings: Settings) -> Kept:
    if work.capture:
        return capture_at(work.capture, _generation(lake, work, settings), settings.hub.name if settings.hub else "")
    return OwnBackup(open_store(settings.backup.need_place(), lambda: lake.spark))


def _generation(lake: Lake, work: Work, settings: Settings) -> str:
    """Of Capture's messages: as it is asked for, the hub's of now, or the only one that bronze has."""
    if work.generation:
        return folded(work.generation)
    if settings.hub:
        return hub_source(settings.hub).generation
    lake.create([ORDER_EVENTS])
    known = lake.state(ORDER_EVENTS).note.positions
    if len(known) != 1:
        raise InputError(
            f"Capture does not tell of which generation the hub was, and bronze has {len(known)}: give --generation, as "
            "`orders-platform hub tails` shows it"
        )
    return next(iter(known))


def _beside(lake: Lake, replay: Replay, pass_id: str) -> Iterator[TableReport]:
    with own_turn(lake, "replay"):
        yield Parts(lake, pass_id, thorough=False).beside(replay)
