"""Continuous mode: one stream carries each batch through all layers in one warm session.

Each batch is appended to bronze first, which stands alone, then fills silver.order_events and the live gold tables. The other
tables follow in a thread of their own every minute, one after another, so that nobody waits for them and a core is left to the
stream. There the live ones are checked, too; where no batch came meanwhile, they are told of as they stand: an idle job is not
one that stands still. A fault after bronze, or a blocking check that fails, is told and ends the run; the next start, or a pass,
finishes from bronze.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

from pyspark.sql.streaming.query import StreamingQuery

from orders_platform.errors import HubError, PassRefused
from orders_platform.lakehouse.bronze.fill import stream
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.bronze.taking import Taken
from orders_platform.lakehouse.hub_stream import finish
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.ledger import MinuteBook
from orders_platform.lakehouse.parts import LATER, LIVE, Parts
from orders_platform.lakehouse.passes import blocks, run_pass, side_by_side
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.roads import Source
from orders_platform.lakehouse.source import HubSource
from orders_platform.lakehouse.turn import own_turn

_TRIGGER = "200 milliseconds"
_LATER_SECONDS = 60.0
_LOOK_SECONDS = 0.2
AskGeneration = Callable[[], str]


def run_continuous(
    lake: Lake,
    source: HubSource,
    *,
    start: Source | None = None,
    stop: threading.Event | None = None,
    later_seconds: float = _LATER_SECONDS,
    generation_now: AskGeneration | None = None,
) -> Iterator[TableReport]:
    """Keep every table at the hub's tail until `stop` is set; yields each table's report as it is done.

    Starts with a pass over all tables, by the roads of `start` where they are more than the hub, which finishes what an earlier
    run left, and ends there where a blocking check fails.
    Raises what a pass raises, and PassRefused where the hub has become another generation meanwhile, as far as
    `generation_now` can ask it: its positions are then those of other events, and the next start takes all of them.
    """
    stop = stop or threading.Event()
    held_back = False
    for report in run_pass(lake, start or source, pass_id=_batch_id("start")):
        held_back = held_back or blocks(report)
        yield report
    if held_back:
        return
    with own_turn(lake):
        yield from _Stream(lake, source, stop, later_seconds=later_seconds, generation_now=generation_now).reports()


class _Stream:
    """The running stream, the thread of the later tables, and the queue that both report into."""

    def __init__(
        self,
        lake: Lake,
        source: HubSource,
        stop: threading.Event,
        *,
        later_seconds: float,
        generation_now: AskGeneration | None,
    ) -> None:
        self._lake, self._source, self._stop, self._later_seconds = lake, source, stop, later_seconds
        self._generation_now = generation_now
        self._told: queue.SimpleQueue[TableReport | Exception | None] = queue.SimpleQueue()
        self._live = Parts(lake, "", thorough=False)
        self._arrivals = self._live.arrivals
        self._is_idle = threading.Event()
        # conditions on the rows that batches have filled and nobody has looked over
        self._filled: list[tuple[str, str]] = []
        self._live_book, self._later_book = MinuteBook(lake.root, "batch"), MinuteBook(lake.root, "later")

    def reports(self) -> Iterator[TableReport]:
        """Until the stream ends; then the later tables are brought up once more."""
        batches = stream(self._lake, self._source, self._live.state(ORDER_EVENTS), self._batch)
        query = batches.trigger(processingTime=_TRIGGER).start()
        threads = [threading.Thread(target=work, daemon=True) for work in (self._follow, lambda: self._watch(query))]
        for thread in threads:
            thread.start()
        try:
            while (told := self._told.get()) is not None:
                if isinstance(told, Exception):
                    raise told
                yield told
        finally:
            self._stop.set()
            query.stop()
            for thread in threads:
                thread.join()
        yield from self._tell(Parts(self._lake, _batch_id("end"), arrivals=self._arrivals), LATER)

    def _batch(self, taken: Taken) -> None:
        """After a batch's commit in bronze: silver's events, then the live tables."""
        self._is_idle.clear()
        parts = Parts(self._lake, _batch_id("batch"), thorough=False, states=self._live.states, arrivals=self._arrivals)
        reports = [parts.bronze_batch(taken), *parts.events()]
        held_back = sorted(name for report in reports if blocks(report) for name in report.failed_checks)
        if not held_back:
            reports += side_by_side(parts, LIVE)
            self._filled += parts.filled.items()
        self._live_book.add(reports)
        for report in reports:
            self._told.put(report)
        if held_back:
            raise PassRefused(f"blocking checks failed: {', '.join(held_back)}; gold is not filled from what they are about")

    def _follow(self) -> None:
        """The tables that may be a little behind, until the end; and an idle stream's."""
        try:
            while not self._stop.wait(self._later_seconds):
                self._refuse_another_hub()
                for report in self._tell(Parts(self._lake, _batch_id("later"), arrivals=self._arrivals), LATER):
                    self._told.put(report)
                self._look_over()
                self._is_idle.set()
        except Exception as fault:  # noqa: BLE001  handed to the thread that reports, which raises it
            self._told.put(fault)

    def _refuse_another_hub(self) -> None:
        now = self._source.generation
        # one that does not answer is the stream's own affair
        with suppress(HubError):
            now = self._generation_now() if self._generation_now else now
        if now != self._source.generation:
            raise PassRefused(
                f"the hub is {now} by now, and was {self._source.generation} when this began: start again, which takes all that "
                "it holds; none of it counts twice"
            )

    def _look_over(self) -> None:
        """Check what batches have filled since the last look, or tell that nothing came."""
        # in this order: the tables are then at least as new as what is known to be filled
        filled, self._filled = self._filled, []
        live = Parts(self._lake, _batch_id("live"), thorough=False, states=dict(self._live.states))
        wheres = {key: " OR ".join(sorted({where for name, where in filled if name == key})) for key, _ in filled}
        self._later_book.add(live.looked_over(key, where) for key, where in wheres.items())
        if self._is_idle.is_set():
            self._later_book.add(live.unchanged())

    def _tell(self, parts: Parts, tables: Iterable[str]) -> Iterator[TableReport]:
        # one core is the stream's
        reports = list(side_by_side(parts, frozenset(tables), at_once=1))
        self._later_book.add(reports)
        yield from reports

    def _watch(self, query: StreamingQuery) -> None:
        """Ends the queue when the stream ends, by its own fault or because it was asked to."""
        while query.isActive and not self._stop.wait(_LOOK_SECONDS):
            pass
        try:
            query.stop()
            finish(query)
        except Exception as fault:  # noqa: BLE001  handed to the thread that reports, which raises it
            self._told.put(fault)
        self._told.put(None)


def _batch_id(kind: str) -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{kind}"
