"""Puts a table back to an older version of its own, together with how far that version was made, so that the next pass goes on.

Nothing is restored from which the next pass could not go on: what bronze then lacks must be in the hub still, and what another
table was made from must be there. `silver.quarantine` has no progress of its own: silver judges again what it does not hold then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS as BRONZE
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.damage import remake
from orders_platform.lakehouse.gold.table import PRODUCT_SALES
from orders_platform.lakehouse.lake import Lake, State
from orders_platform.lakehouse.log_files import Broken, log_files
from orders_platform.lakehouse.log_repair import aside, opened_again
from orders_platform.lakehouse.report import Positions, TableReport
from orders_platform.lakehouse.silver.table import ORDER_EVENTS as EVENTS
from orders_platform.lakehouse.silver.table import QUARANTINE
from orders_platform.lakehouse.table import Table
from orders_platform.lakehouse.table_log import FolderLog, counting
from orders_platform.lakehouse.turn import own_turn

if TYPE_CHECKING:
    from orders_platform.hub.tails import HubTails

# How many commits before the version to look through for those of nobody's pass.
_LOOK_BACK = 100


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done, or would be.

    Attributes:
        before: the version at which the table stood.
        restored: the older version that was put back.
        version: what that made; None where nothing was done.
        rows: in the table then.
        follows: sentences on what the next pass will do, and what to look at first.
    """

    table: str
    before: int
    restored: int
    version: int | None
    rows: int
    follows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        hub: as it is now, which bronze needs alone.
        from_backup: what the hub no longer has will be replayed from the backup.
        dry_run: only say what would follow.
    """

    table: str
    version: int
    hub: "HubTails | None" = None
    from_backup: bool = False
    dry_run: bool = False

    def check(self) -> None:
        """Raise InputError where it cannot be meant; needs no Spark."""
        if self.table not in BY_KEY:
            raise InputError(f"no such table: {self.table}; there are {', '.join(BY_KEY)}")
        if self.from_backup and self.table != BRONZE.key:
            raise InputError(f"--from-backup goes with {BRONZE.key}: the backup holds messages")


def restore(lake: Lake, wish: Wish) -> Restored:
    """Put the version back, or say what would follow. Raises PassRefused where the next pass could not go on from it."""
    wish.check()
    table = BY_KEY[wish.table]
    with own_turn(lake):
        if broken := broken_commit(lake, table):
            return _restored_over(lake, table, wish, broken)
        now, then = lake.state(table), lake.state_at(table, wish.version)
        if then.version == now.version:
            raise InputError(f"{table.key} stands at version {now.version}: there is nothing to restore")
        return _Restoring(lake, table, wish, now, then).result()


def broken_commit(lake: Lake, table: Table) -> Broken | None:
    """The first commit that cannot be read of those that the table needs; never one of a table that is not on this machine."""
    path = lake.local_path(table)
    return next(log_files(path).broken(), None) if path else None


def _restored_over(lake: Lake, table: Table, wish: Wish, broken: Broken) -> Restored:
    """The same of a table that cannot be opened as it stands: what its broken commits held is lost to it, and made again."""
    path = lake.local_path(table)
    if path is None or wish.version >= broken.version:
        raise InputError(
            f"{table.key} can be put back to a version before {broken.version}, since {broken.path} {broken.why}; where there is "
            f"none, {remake(table.key)}"
        )
    follows = (
        f"{broken.path.name}, which {broken.why}, goes into {aside(lake.folder, path)}, with all like it",
        "the next pass makes again what they held",
    )
    newest = log_files(path).newest
    if wish.dry_run:
        return Restored(
            table.key, newest, wish.version, None, FolderLog(table.key, str(path)).row_count_at(wish.version), follows
        )
    with opened_again(lake.folder, path):
        now, then = lake.state(table), lake.state_at(table, wish.version)
        done = _Restoring(lake, table, wish, now, then, has_lost=True).result()
    return replace(done, follows=(*follows, *done.follows))


@dataclass(frozen=True, slots=True)
class _Restoring:
    """A table as it stands now, and as it stood then.

    Attributes:
        has_lost: commits of the table are lost, so that what it covered as it stood now is not known whole.
    """

    lake: Lake
    table: Table
    wish: Wish
    now: State
    then: State
    has_lost: bool = False

    def result(self) -> Restored:
        """All that could refuse comes first."""
        follows = (*self._not_of_a_pass(), *self._next_pass())
        rows = self._rows()
        version = None if self.wish.dry_run else self._put_back(rows)
        if version is not None and not self.wish.from_backup:
            self._enter(version, rows)
        return Restored(self.table.key, self.now.version, self.then.version, version, rows, follows)

    def _enter(self, version: int, rows: int) -> None:
        """Tell the ledger, and by it Dagster, which then starts a pass for what bronze lacks.

        Not where the backup is replayed first: a pass before that would find a gap.
        """
        at, pass_id, positions = datetime.now(UTC), ledger.new_pass_id(), self.then.note.positions
        report = TableReport(
            pass_id=pass_id,
            table=self.table.key,
            rows_in=0,
            written=0,
            duplicates=0,
            quarantined=0,
            positions_from=positions,
            positions_to=positions,
            version=version,
            row_count=rows,
            # the newest message says nothing of how fast anything was
            lag_seconds=None,
            seconds=0.0,
            finished_at=at,
        )
        ledger.write(self.lake.root, pass_id, [report], started_at=at)

    def _rows(self) -> int:
        """Of the version, all of whose files are there."""
        try:
            rows = self.lake.read(self.table, self.then.version)
            # a count alone would not open them
            rows.select("_metadata.file_path").distinct().collect()
        except (PySparkException, Py4JJavaError) as fault:
            # a missing file comes as Java's own
            raise PassRefused(
                f"version {self.then.version} of {self.table.key} lacks files: maintenance removes those that no "
                "version within the tables' retention needs; take a newer version"
            ) from fault
        return rows.count()

    def _put_back(self, rows: int) -> int:
        """Restore and look at the result. Killed before the last step, the others have only made the next pass look twice."""
        if self.table is QUARANTINE:
            # as if of another source: all is judged again that silver does not hold
            self.lake.move_on(EVENTS, replace(self.lake.state(EVENTS).note, source_id="", source_version=-1, releases_id=""))
        self.lake.restore(self.table, self.then.version, self.then.note)
        after = self.lake.state(self.table)
        found = self.lake.row_count(self.table)
        if (after.note, found) != (self.then.note, rows):
            raise PassRefused(
                f"{self.table.key} has {found} rows at version {after.version}, where {rows} were put back: somebody else writes "
                "to it; see that nobody does, and restore again"
            )
        return after.version

    def _not_of_a_pass(self) -> Iterator[str]:
        """Commits of nobody's pass: those that stay in the table, and those of bronze that silver has taken for messages."""
        since = self.lake.commits(self.table, after=max(-1, self.then.version - _LOOK_BACK))
        for commit in counting(commit for commit in since if commit.version <= self.then.version):
            if commit.is_by_hand:
                yield f"version {commit.version} ({commit.operation}) is of no pass, and what it changed comes back, too"
        read = self.lake.state(EVENTS).note
        added = [each for each in since if each.is_by_hand and self.then.version < each.version <= read.source_version]
        if self.table is BRONZE and read.source_id == self.now.id and added:
            first = added[-1]
            yield (
                f"version {first.version} ({first.operation}) is of no pass, but {EVENTS.key} has read it: before the next pass, "
                f"restore that as well, to a version made from one before {first.version}"
            )

    def _next_pass(self) -> Iterator[str]:
        """What it will do."""
        if self.table is BRONZE:
            yield from self._hub_gives()
        elif self.table is EVENTS:
            since = self.then.covers(self.lake.state(BRONZE))
            gained = f"has gained after its version {since}" if since >= 0 else "holds"
            yield f"the next pass judges again what {BRONZE.key} {gained}"
            yield "silver.orders and gold are made anew by it, whole; until then they stay as they are"
        elif self.table is QUARANTINE:
            yield f"the next pass judges again what neither {EVENTS.key} nor {QUARANTINE.key} holds"
        else:
            yield from self._events_give()

    def _hub_gives(self) -> Iterator[str]:
        lacks = [
            (generation, partition, self.then.note.positions.get(generation, {}).get(partition, 0), end)
            for generation, ends in self._covered().items()
            for partition, end in ends.items()
        ]
        gone = [
            f"{start} to {end - 1} of partition {partition} of {generation}"
            for generation, partition, start, end in lacks
            if start < min(end, self._begin(generation, partition, end))
        ]
        if gone and not self.wish.from_backup:
            raise PassRefused(
                f"the hub no longer has all messages that {BRONZE.key} would lack then, of {', '.join(gone)}: take a newer "
                "version, or say --from-backup if you will replay them from the backup"
            )
        if gone:
            lost = ", ".join(gone)
            yield f"the hub no longer has all of {lost}: replay them by `orders-platform backup replay` before the next pass"
        again = sum(max(0, end - start) for *_, start, end in lacks)
        yield f"the next pass takes {again} messages again; what silver holds of them is not judged twice"

    def _covered(self) -> Positions:
        """What the table covers now; of one that has lost commits, all that the hub has given until now."""
        covered, hub = self.now.note.positions, self.wish.hub
        if not self.has_lost or hub is None:
            return covered
        ends = {partition: tail.next for partition, tail in hub.partitions.items()}
        return {**covered, hub.generation: {**covered.get(hub.generation, {}), **ends}}

    def _begin(self, generation: str, partition: str, end: int) -> int:
        """The oldest position that the hub still gives; none below the `end` of what bronze holds, where it is another hub."""
        hub = self.wish.hub
        if hub is None or generation != hub.generation or partition not in hub.partitions:
            return end
        return hub.partitions[partition].begin

    def _events_give(self) -> Iterator[str]:
        source = self.lake.state(EVENTS)
        since = self.then.covers(source)
        if since < 0 or (since < source.version and self.lake.was_restored(EVENTS, after=since, to=source.version)):
            yield f"the next pass makes it anew, whole, out of {EVENTS.key}, which is not what it was made from"
        elif since == source.version:
            yield f"it is as far as {EVENTS.key}: the next pass has nothing to add"
        else:
            yield f"the next pass adds what {EVENTS.key} has gained after its version {since}, up to {source.version}"
        if self.table is PRODUCT_SALES:
            yield "gold.product_prices, which is made from its rows, stays as it is: if they were wrong, restore that as well"
