"""Sets a table's folder aside, so that the next pass makes the table anew: the way out where no version of it can be put back.

Nothing is deleted, and no file of the table is opened. Tables made from it are made anew as well, since it is another table then.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS as BRONZE
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.log_files import log_files
from orders_platform.lakehouse.log_repair import aside
from orders_platform.lakehouse.places import table_uri
from orders_platform.lakehouse.report import folded_positions
from orders_platform.lakehouse.silver.table import ORDER_EVENTS as EVENTS
from orders_platform.lakehouse.silver.table import QUARANTINE
from orders_platform.lakehouse.table import Table
from orders_platform.lakehouse.turn import own_turn_at

if TYPE_CHECKING:
    from orders_platform.hub.tails import HubTails

_TABLES = {**BY_KEY, RELEASES.key: RELEASES}


@dataclass(frozen=True, slots=True)
class Reset:
    """What was done, or would be.

    Attributes:
        folder: where the table's files are now; None where nothing was done.
        follows: sentences on what the next pass will do.
    """

    table: str
    folder: str | None
    follows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResetWish:
    """What is asked for.

    Attributes:
        hub: as it is now, which bronze needs alone.
        from_backup: what the hub no longer has will be replayed from the backup.
        dry_run: only say what would follow.
    """

    table: str
    hub: "HubTails | None" = None
    from_backup: bool = False
    dry_run: bool = False

    def check(self) -> None:
        """Raise InputError where it cannot be meant."""
        if self.table not in _TABLES:
            raise InputError(f"no such table: {self.table}; there are {', '.join(_TABLES)}")
        if self.from_backup and self.table != BRONZE.key:
            raise InputError(f"--from-backup goes with {BRONZE.key}: the backup holds messages")


def reset(root: str, wish: ResetWish, session: Callable[[], SparkSession]) -> Reset:
    """Set the table aside, or say what would follow. Raises PassRefused where nothing could give again what it holds.

    Args:
        root: the lake, in a folder of this machine.
        session: only the quarantine needs it: silver is told to judge again.
    """
    wish.check()
    table, lake = _TABLES[wish.table], Path(root)
    place = Path(str(table_uri(root, table.key)))
    if not place.is_dir():
        raise InputError(f"there is no {table.key} in {root}: a pass makes it")
    with own_turn_at(lake):
        follows = tuple(_follows(lake, table, wish))
        if wish.dry_run:
            return Reset(table.key, None, follows)
        if table is QUARANTINE:
            _judged_again(Lake(session(), root))
        away = aside(lake, place) / str(time.time_ns())
        away.parent.mkdir(parents=True, exist_ok=True)
        place.rename(away)
        return Reset(table.key, str(away), follows)


def _judged_again(lake: Lake) -> None:
    """As if silver's events were made from another bronze: what neither they nor the quarantine hold is judged again."""
    if lake.exists(EVENTS):
        lake.move_on(EVENTS, replace(lake.state(EVENTS).note, source_id="", source_version=-1, releases_id=""))


def _follows(lake: Path, table: Table, wish: ResetWish) -> Iterator[str]:
    if table is BRONZE:
        yield from _given_again(lake, wish)
    elif table is EVENTS:
        yield f"the next pass judges again all that {BRONZE.key} holds; silver.orders and gold are made anew by it, whole"
    elif table is QUARANTINE:
        yield f"the next pass judges again what {EVENTS.key} does not hold"
    elif table is RELEASES:
        yield "what silver had taken of it stays; releases that it had not taken have to be asked for again"
    else:
        yield f"the next pass makes it anew, whole, out of {EVENTS.key}"
    yield "the files stay where they are set aside, with all that they hold, until you remove them"


def _given_again(lake: Path, wish: ResetWish) -> Iterator[str]:
    """Of bronze: who gives its messages again."""
    lost = sorted(_lost(lake, wish.hub))
    if lost and not wish.from_backup:
        raise PassRefused(
            f"the hub no longer has all messages that {BRONZE.key} holds, of {', '.join(lost)}: say --from-backup if you will "
            "replay them from the backup"
        )
    if lost:
        gone = ", ".join(lost)
        yield f"the hub no longer has all of {gone}: replay them by `orders-platform backup replay` before the next pass"
    yield "the next pass takes all that the hub has; what silver holds of it is not judged twice"


def _lost(lake: Path, hub: "HubTails | None") -> Iterator[str]:
    """Partitions of which the hub does not give all from the first message on."""
    for generation, ends in _told(lake).items():
        for partition, end in ends.items():
            held = hub.partitions.get(partition) if hub and generation == hub.generation else None
            if end and (held is None or held.begin):
                yield f"partition {partition} of {generation}"
    for partition, tail in hub.partitions.items() if hub else ():
        if tail.begin and hub:
            yield f"partition {partition} of {hub.generation}"


def _told(lake: Path) -> dict[str, dict[str, int]]:
    """The ends of all that bronze may have held: by its own notes, as far as they can be read, and by what silver had of it."""
    told: dict[str, dict[str, int]] = {}
    for table in (BRONZE, EVENTS):
        positions = folded_positions(log_files(lake / table.layer / table.name).newest_note().get("positions", {}))
        for generation, ends in positions.items():
            held = told.setdefault(generation, {})
            held.update({name: max(end, held.get(name, 0)) for name, end in ends.items()})
    return told
