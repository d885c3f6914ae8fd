"""One table's part in a pass: what is new for it, its filling, its checks, its report."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pyspark.sql import DataFrame

from orders_platform.errors import PassRefused
from orders_platform.lakehouse import checking
from orders_platform.lakehouse.arrivals import Arrivals
from orders_platform.lakehouse.backup.replay import Replay
from orders_platform.lakehouse.bronze import table as bronze
from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.bronze.taking import Taken
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.changes import Changes, Touched
from orders_platform.lakehouse.gold import fill as gold
from orders_platform.lakehouse.gold import table as gold_tables
from orders_platform.lakehouse.lake import Lake, Note, State
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.lakehouse.roads import Source, drain
from orders_platform.lakehouse.silver import orders, releasing
from orders_platform.lakehouse.silver import table as silver
from orders_platform.lakehouse.silver.events import Sifted, sift
from orders_platform.lakehouse.silver.verdict import POSITION
from orders_platform.lakehouse.table import Table

# Fills a table from changes and returns the condition on the rows that were made again.
Fill = Callable[[Lake, Changes, Note], str]
LIVE: dict[str, Fill] = {
    gold_tables.DAILY_SALES.key: gold.OF_DAYS[gold_tables.DAILY_SALES.key],
    gold_tables.SALES_BY_MINUTE.key: gold.sales_by_minute,
}
LATER: dict[str, Fill] = {
    **{key: fill for key, fill in gold.OF_DAYS.items() if key not in LIVE},
    silver.ORDERS.key: orders.fill,
    gold_tables.CANCELLATIONS.key: gold.cancellations,
    gold_tables.PRODUCT_PRICES.key: gold.product_prices,
}
AFTER_EVENTS = LIVE | LATER
FOLLOWS = {gold_tables.PRODUCT_PRICES.key: gold_tables.PRODUCT_SALES.key}
_BRONZE, _EVENTS, _ASIDE = bronze.ORDER_EVENTS, silver.ORDER_EVENTS, silver.QUARANTINE

Checks = tuple[CheckResult, ...]


@dataclass
class Parts:
    """The parts of one pass, or of one batch.

    Attributes:
        thorough: count and check what was written. A batch that latency waits for leaves that to the next pass.
        states: tables as they stood after their last part; nobody else writes them meanwhile.
        filled: of each table made from events, the condition on the rows that were made again.
        released: what became of messages that somebody let back in; None where there were none.
        arrivals: batches that bronze took, in this pass or by this stream.
    """

    lake: Lake
    pass_id: str
    thorough: bool = True
    states: dict[str, State] = field(default_factory=dict)
    filled: dict[str, str] = field(default_factory=dict)
    released: releasing.Fates | None = None
    arrivals: Arrivals = field(default_factory=Arrivals)
    _changes: dict[tuple[int, int], Changes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def bronze(self, source: Source) -> TableReport:
        """Take what the hub or the backup has."""
        return self._of_bronze(part := _Part(self, _BRONZE), drain(self.lake, source, part.before))

    def beside(self, source: Replay) -> TableReport:
        """Add to bronze what it lacks, while a stream writes it too: whose rows are whose, no count can tell."""
        part = _Part(self, _BRONZE)
        return part.report(self._counts_of(drain(self.lake, source, part.before)), lambda _: ())

    def bronze_batch(self, taken: Taken) -> TableReport:
        """Tell of a batch that the stream has just appended."""
        return self._of_bronze(_Part(self, _BRONZE), taken)

    def _of_bronze(self, part: "_Part", taken: Taken) -> TableReport:
        self.arrivals.add(part.before.note.positions, taken)
        return part.report(self._counts_of(taken), lambda end: checking.bronze(end, taken))

    @staticmethod
    def _counts_of(taken: Taken) -> "_Counts":
        return _Counts(taken.offered, taken.written, duplicates=taken.offered - taken.written)

    def events(self) -> tuple[TableReport, TableReport]:
        """Judge what is new in bronze: the quarantine's part and the events' part."""
        source = self.state(_BRONZE)
        aside, part = _Part(self, _ASIDE), _Part(self, _EVENTS)
        since, let_in = part.before.covers(source), self.let_in()
        sifted = Sifted.nothing()
        if since < source.version or let_in.rows is not None:
            self._same_zone(part.before)
            note = replace(self._note(source), releases_id=let_in.id, releases_version=let_in.version)
            sifted = sift(self.lake, self._unjudged(source, since), note, let_in.rows)
        self.released = sifted.released
        known = None if sifted.quarantined or sifted.released else aside.before
        set_aside = _Counts(sifted.quarantined, sifted.quarantined)
        counts = _Counts(sifted.rows_in, sifted.written, sifted.duplicates, sifted.quarantined)
        return (
            aside.report(set_aside, lambda _: checking.quarantine(sifted), covers=source.note, now=known),
            part.report(counts, lambda end: (*checking.events(sifted, end), *self._asked(checking.event_ids, sifted))),
        )

    def let_in(self) -> releasing.Pending:
        """What somebody let back in, and silver has not taken."""
        with self._lock:
            if RELEASES.key not in self.states:
                self.states[RELEASES.key] = releasing.state(self.lake)
        return releasing.pending(self.lake, self.state(_EVENTS), self.states[RELEASES.key])

    def _unjudged(self, source: State, since: int) -> DataFrame:
        """What bronze gained, if anything; where a RESTORE took rows of it away, what silver does not hold."""
        events = self.state(_EVENTS)
        if since == source.version:
            return self.lake.read(_BRONZE, since).limit(0)
        if not events.version or (since >= 0 and not self.lake.was_restored(_BRONZE, after=since, to=source.version)):
            return self.lake.added(_BRONZE, after=since, to=source.version)
        messages = self.lake.read(_BRONZE, source.version)
        for table in (_EVENTS, _ASIDE):
            # of a given version: what is kept in memory of them stays as it is while they are written
            held = self.lake.read(table, self.state(table).version).select(*POSITION)
            messages = messages.join(held, list(POSITION), "left_anti")
        return messages

    def _asked(self, check: Callable[..., Checks], *about: object) -> Checks:
        """The answers of a check that costs a query; none where latency waits."""
        return check(self.lake, *about) if self.thorough else ()

    def _same_zone(self, events: State) -> None:
        if events.note.zone not in {"", self.lake.zone}:
            raise PassRefused(
                f"the orders' days were worked out in {events.note.zone}, and ORDERS_TIMEZONE now is {self.lake.zone}: set it "
                "back, or delete the silver and gold tables, and the next pass makes them anew"
            )

    def after_events(self, key: str) -> TableReport:
        """Bring a table up to silver.order_events."""
        source = self._events_for(key)
        part = _Part(self, BY_KEY[key])
        since = part.before.covers(source)
        if since == source.version:
            nothing = "false"
            return part.report(_Counts(0, 0), lambda _: self._asked(checking.after_events, part.table, nothing), now=part.before)
        note = self._note(source)
        where = AFTER_EVENTS[key](self.lake, self._changes_between(since, source.version), note)
        now = self._noted(part.table, note)
        self.filled[key] = where
        return part.report(None, lambda _: self._asked(checking.after_events, part.table, where), now=now)

    def _noted(self, table: Table, note: Note) -> State:
        """The table after its fill; one that changed no row, as of cancellations where there are none, made no commit."""
        now = self.refresh(table)
        if now.note == note:
            return now
        self.lake.move_on(table, note)
        return self.refresh(table)

    def unchanged(self) -> Iterator[TableReport]:
        """What a stream fills, told as it stands; nothing is read or written."""
        for table in (table for key, table in BY_KEY.items() if key not in LATER):
            covers = self.state(_BRONZE).note if table is _ASIDE else None
            part = _Part(self, table)
            yield part.report(_Counts(0, 0), lambda _: (), covers=covers, now=part.before)

    def looked_over(self, key: str, where: str) -> TableReport:
        """The checks of a table over rows that batches have filled, as it stands now; others go on writing meanwhile."""
        part = _Part(self, BY_KEY[key])
        then = replace(self.lake, as_of={key: part.before.version, _EVENTS.key: part.before.note.source_version})
        return part.report(_Counts(0, 0), lambda _: checking.after_events(then, part.table, where), now=part.before)

    def again(self, key: str, fill: gold.Rebuild, days: Touched) -> TableReport:
        """Make days of a table again from the events of which it is made already: its note stays, and so does its progress.

        Raises PassRefused where it is made from none that are here.
        """
        part = _Part(self, BY_KEY[key])
        note = part.before.note
        if part.before.covers(self.state(_EVENTS)) < 0:
            raise PassRefused(f"{key} is not made from the silver.order_events that is here: run a pass, which fills it whole")
        self._same_zone(part.before)
        lake = replace(self.lake, as_of={_EVENTS.key: note.source_version})
        where = fill(lake, days, note)
        return part.report(None, lambda _: checking.after_events(lake, BY_KEY[key], where))

    def _events_for(self, key: str) -> State:
        """silver.order_events as far as a table may take it: one that is made from another's rows, no further than that one."""
        events = self.state(_EVENTS)
        if key not in FOLLOWS:
            return events
        leader = self.state(BY_KEY[FOLLOWS[key]]).note
        return State(leader.source_id, leader.source_version, leader, 0)

    def _note(self, source: State) -> Note:
        return Note(source.id, source.version, source.note.positions, source.note.newest, self.lake.zone)

    def state(self, table: Table) -> State:
        """The table as this pass knows it."""
        with self._lock:
            if table.key not in self.states:
                self.states[table.key] = self.lake.state(table)
            return self.states[table.key]

    def refresh(self, table: Table) -> State:
        """The table as it stands after a write."""
        self.states[table.key] = self.lake.state(table, known=self.states.get(table.key))
        return self.states[table.key]

    def _changes_between(self, after: int, to: int) -> Changes:
        """The same object for all tables that stand equally far: what is touched is asked once.

        A RESTORE takes rows away, which no change feed of added rows tells: everything is made anew.
        """
        with self._lock:
            if (after, to) not in self._changes:
                restored = after >= 0 and self.lake.was_restored(_EVENTS, after=after, to=to)
                self._changes[after, to] = Changes(self.lake, -1 if restored else after, to)
            return self._changes[after, to]


@dataclass(frozen=True, slots=True)
class _Counts:
    rows_in: int
    written: int
    duplicates: int = 0
    quarantined: int = 0


class _Part:
    """Measures a table before and after."""

    def __init__(self, parts: Parts, table: Table) -> None:
        self._parts, self.table = parts, table
        self._started = time.monotonic()
        self.before = parts.state(table)
        # only bronze is asked whether it grew by what came
        self._rows_before = self._rows() if table is _BRONZE else None

    def _rows(self) -> int | None:
        """Rows in the table now; taken from the log, not from the files."""
        return self._parts.lake.row_count(self.table) if self._parts.thorough else None

    def _grown(self, rows: int | None) -> int | None:
        return None if rows is None or self._rows_before is None else rows - self._rows_before

    def report(
        self,
        counts: _Counts | None,
        checks: Callable[[checking.End], Checks],
        *,
        covers: Note | None = None,
        now: State | None = None,
    ) -> TableReport:
        """The part as told.

        Args:
            counts: None where the commit itself says what it wrote.
            covers: what the table is made up to, where its own commits do not say it.
            now: the table as it stands, where that is known: it is asked otherwise.
        """
        after = now or self._parts.refresh(self.table)
        rows = self._rows()
        end = checking.End(self.before, after, self._grown(rows))
        counts = counts or _Counts(end.committed, end.committed)
        checked = checks(end)
        note, finished_at = covers or after.note, datetime.now(UTC)
        return TableReport(
            pass_id=self._parts.pass_id,
            table=self.table.key,
            rows_in=counts.rows_in,
            written=counts.written,
            duplicates=counts.duplicates,
            quarantined=counts.quarantined,
            positions_from=self.before.note.positions,
            positions_to=note.positions,
            version=after.version,
            row_count=rows,
            lag_seconds=_age(note.newest, finished_at),
            longest_wait_seconds=None if covers else _age(self._parts.arrivals.oldest(self.before.note, note), finished_at),
            seconds=round(time.monotonic() - self._started, 3),
            finished_at=finished_at,
            checks=checked,
        )


def _age(of: str, at: datetime) -> float | None:
    return (at - datetime.fromisoformat(of)).total_seconds() if of else None
