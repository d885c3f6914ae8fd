"""Messages let back in out of the quarantine: judged again with the body that counts now, and what passes lands as in any pass.

Two steps, each a commit of its own. What is asked for is appended to bronze.releases; then silver takes it from there, and gold
follows silver. Killed in between, the next release or pass goes on: silver's events note how far they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Final

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.errors import InputError
from orders_platform.hub_name import folded
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.parts import Parts
from orders_platform.lakehouse.passes import after_bronze
from orders_platform.lakehouse.quarantine.asked import Position, Release, Selection
from orders_platform.lakehouse.quarantine.repairs import REPAIRS
from orders_platform.lakehouse.report import Released, TableReport, Told
from orders_platform.lakehouse.silver.events import judging
from orders_platform.lakehouse.silver.parse import parsed
from orders_platform.lakehouse.silver.releasing import Fates, as_messages, counted, fates, newest_tries
from orders_platform.lakehouse.silver.rules import judged
from orders_platform.lakehouse.silver.table import QUARANTINE
from orders_platform.lakehouse.silver.transform import CONFLICT
from orders_platform.lakehouse.silver.verdict import POSITION
from orders_platform.lakehouse.turn import PATIENCE_SECONDS, own_turn
from orders_platform.lakehouse.work import Work

_AT: Final = list(POSITION)


def release(lake: Lake, work: Work, *, patience: float = PATIENCE_SECONDS) -> Iterator[Told]:
    """Let in what `work` selects, and yield what became of it, then each table's report; a second time changes nothing.

    Raises InputError for a position at which nothing was set aside, PassRefused while a pass is at work and does not end.
    """
    if work.release is None:
        raise InputError("a release needs to be told what is let back in, and why")
    if work.release.dry_run:
        return _previewed(lake, work.release)
    return _released(lake, work.release, work.pass_id, patience)


def _previewed(lake: Lake, asked: Release) -> Iterator[Told]:
    """What would come of it. Only reads, so it waits for nobody."""
    lake.create(TABLES)
    found = _found(lake, asked, Parts(lake, ""), release_id="")
    with judging(lake, as_messages(found.rows)) as now:
        came = counted(fates(found.rows.withColumn("stands", F.lit(False)), now.rows, now.odd))
    yield _summary(found, came, dry_run=True)


def _released(lake: Lake, asked: Release, pass_id: str, patience: float) -> Iterator[Told]:
    started_at = datetime.now(UTC)
    told: list[TableReport] = []
    with own_turn(lake, patience=patience):
        lake.create(TABLES)
        parts = Parts(lake, pass_id)
        found = _found(lake, asked, parts, release_id=pass_id)
        if found.count:
            lake.create([RELEASES])
            lake.append(found.rows, RELEASES, Note())
            parts.states.pop(RELEASES.key, None)
        for report in after_bronze(parts, BY_KEY.keys() - {"bronze.order_events"}):
            told.append(report)
            ledger.write(lake.root, pass_id, told, started_at=started_at)
            yield report
        yield _summary(found, parts.released or Fates())


def _summary(found: "_Found", came: Fates, *, dry_run: bool = False) -> Released:
    return Released(found.selected, found.tried, came.let_in, came.duplicates, came.refused, came.again, dry_run)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a release finds.

    Attributes:
        rows: rows of bronze.releases to be.
        selected: messages in the quarantine that are meant.
        tried: those of them that are left out, since the same was tried before.
    """

    rows: DataFrame
    selected: int
    tried: int

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.selected - self.tried


def _found(lake: Lake, asked: Release, parts: Parts, *, release_id: str) -> _Found:
    # of a given version, since the table is written to while they are read
    aside = lake.read(QUARANTINE, parts.state(QUARANTINE).version).where(_condition(asked.selection))
    _refuse_unknown(aside, asked.selection.places)
    waiting = aside.where("released_at IS NULL")
    on_the_way = parts.let_in().rows
    if on_the_way is not None:
        waiting = waiting.join(on_the_way.select(*POSITION), _AT, "left_anti")
    chosen = waiting.withColumns(
        {
            "body": _body(asked),
            "repair": F.lit(",".join(asked.repairs) or None).cast("string"),
            "why": F.lit(asked.why.strip()),
            "release_id": F.lit(release_id),
            "released_at": F.current_timestamp(),
        }
    ).select(*RELEASES.column_names)
    selected = chosen.count()
    if not selected or not lake.exists(RELEASES):
        return _Found(chosen, selected, 0)
    new = chosen.join(_in_vain(chosen, newest_tries(lake.read(RELEASES))), _AT, "left_anti")
    return _Found(new, selected, selected - new.count())


def _in_vain(chosen: DataFrame, tries: DataFrame) -> DataFrame:
    """Positions whose message was tried last with the same body, and would break the same rules."""
    last = tries.select(*POSITION, F.sha2(F.coalesce("body", "value"), 256).alias("last"))
    same = chosen.join(last, _AT).where(F.sha2(F.coalesce("body", "value"), 256).eqNullSafe(F.col("last")))
    messages = as_messages(same).join(same.select(*POSITION, F.col("reasons").alias("before")), _AT)
    now = judged(parsed(messages))
    is_conflict = F.array_contains("before", CONFLICT) & (F.size("reasons") == 0)
    return now.where((F.array_sort("reasons") == F.array_sort("before")) | is_conflict).select(*POSITION)


def _condition(selection: Selection) -> SparkColumn:
    conditions = F.lit(True)
    if selection.reasons:
        conditions &= F.arrays_overlap("reasons", F.array(*map(F.lit, selection.reasons)))
    if selection.since:
        conditions &= F.col("enqueued_at") >= F.lit(selection.since)
    if selection.until:
        conditions &= F.col("enqueued_at") < F.lit(selection.until)
    if selection.positions:
        conditions &= reduce(or_, map(_at, selection.places))
    return conditions


def _at(position: Position) -> SparkColumn:
    numbers = (F.col("partition") == position.partition) & (F.col("sequence_number") == position.sequence_number)
    return numbers & (F.lower("generation") == folded(position.generation)) if position.generation else numbers


def _refuse_unknown(aside: DataFrame, places: tuple[Position, ...]) -> None:
    """Raise InputError for a position at which nothing was set aside, or messages of several hubs."""
    held = [tuple(row) for row in aside.select(*POSITION).collect()] if places else []
    for place in places:
        found = [Position(partition, number, generation) for generation, partition, number in held]
        meant = [each for each in found if place.finds(each)]
        if not meant:
            raise InputError(f"nothing is set aside at {place}")
        if len({folded(each.generation) for each in meant}) > 1:
            raise InputError(f"{place} is of several hubs: say {', '.join(map(str, meant))}")


def _body(asked: Release) -> SparkColumn:
    """The body that counts; null: the one that came."""
    if asked.body is not None:
        return F.when(~F.col("value").eqNullSafe(F.lit(asked.body)), F.lit(asked.body))
    if not asked.repairs:
        return F.lit(None).cast("binary")
    names = asked.repairs

    def repaired(body: bytes | None) -> bytes | None:
        value = None if body is None else bytes(body)
        for name in names:
            value = REPAIRS[name](value)
        return None if value == body else value

    return F.udf(repaired, "binary", useArrow=False)("value")
