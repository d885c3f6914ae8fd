"""Messages that somebody let back in, as silver takes them: from bronze.releases, each in place of the message at its position.

Silver's events note up to which version of that table they are made. So a release is judged once, also where a pass was killed;
and where silver is restored or made anew, it is judged again, as if it had come when it was asked for.
"""

from dataclasses import dataclass, field

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS as BRONZE
from orders_platform.lakehouse.lake import Lake, Note, State, Upsert
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, QUARANTINE
from orders_platform.lakehouse.silver.transform import CONFLICT
from orders_platform.lakehouse.silver.verdict import POSITION

NEVER_MADE = State("", -1, Note(), 0)
_SAME_POSITION = " AND ".join(f"t.{name} = s.{name}" for name in POSITION)


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of released messages.

    Attributes:
        let_in: those that stand as events now.
        duplicates: those whose event stood already, byte for byte; they are out of the quarantine, too.
        again: how many broke each rule, so that they stay.
        refused: how many messages these are.
    """

    let_in: int = 0
    duplicates: int = 0
    again: dict[str, int] = field(default_factory=dict)
    refused: int = 0

    @property
    def judged(self) -> int:
        """All of them."""
        return self.let_in + self.duplicates + self.refused


@dataclass(frozen=True, slots=True)
class Pending:
    """Up to which version of bronze.releases there is something, and the rows that silver has not taken; None: it has all."""

    id: str
    version: int
    rows: DataFrame | None


def state(lake: Lake) -> State:
    """Of bronze.releases, which the first release makes."""
    return lake.state(RELEASES) if lake.exists(RELEASES) else NEVER_MADE


def pending(lake: Lake, events: State, now: State) -> Pending:
    """What silver's events have not taken; `stands` says of a row that they hold its message already."""
    after = events.note.releases_version if events.note.releases_id == now.id else -1
    if after == now.version:
        return Pending(now.id, now.version, None)
    if after > now.version or (after >= 0 and lake.was_restored(RELEASES, after=after, to=now.version)):
        after = -1
    newest = newest_tries(lake.added(RELEASES, after=after, to=now.version))
    if after >= 0:
        return Pending(now.id, now.version, newest.withColumn("stands", F.lit(False)))
    # of a given version: what is kept in memory of them stays as it is while they are written
    held = lake.read(ORDER_EVENTS, events.version).select(*POSITION, F.lit(True).alias("stands"))
    found = newest.join(held, list(POSITION), "left").withColumn("stands", F.coalesce("stands", F.lit(False)))
    return Pending(now.id, now.version, found)


def newest_tries(releases: DataFrame) -> DataFrame:
    """The newest release of each message: what was put in its place last."""
    newest_first = Window.partitionBy(*POSITION).orderBy(F.desc("attempt"), F.desc("released_at"))
    return releases.withColumn("place", F.row_number().over(newest_first)).where("place = 1").drop("place")


def as_messages(releases: DataFrame) -> DataFrame:
    """In bronze's columns, with the body that counts, as if they came when they were let back in."""
    return releases.select(
        *POSITION,
        "enqueued_at",
        "key",
        F.coalesce("body", "value").alias("value"),
        F.lit("release").alias("road"),
        F.col("released_at").alias("ingested_at"),
    ).select(*BRONZE.column_names)


def in_place(messages: DataFrame, releases: DataFrame) -> DataFrame:
    """Messages, and the released ones in place of those that came at their positions."""
    others = messages.join(F.broadcast(releases.select(*POSITION)), list(POSITION), "left_anti")
    return others.select(*BRONZE.column_names).unionByName(as_messages(releases.where("NOT stands")))


def fates(releases: DataFrame, rows: DataFrame, odd: DataFrame) -> DataFrame:
    """Released messages with `again`, the rules that they broke again (null: none), and `is_duplicate`.

    Args:
        rows: judged messages, those among them.
        odd: the verdict on valid ones that are not plainly new.
    """
    judged = rows.select(*POSITION, "event_id", "order_id", "is_valid", F.col("reasons").alias("broken"))
    found = releases.join(judged, list(POSITION), "left").join(odd.select(*POSITION, "verdict"), list(POSITION), "left")
    conflict = F.when(F.col("verdict") == "conflict", F.array(F.lit(CONFLICT)))
    return found.withColumns(
        {
            "again": F.when(~F.col("is_valid"), F.col("broken")).otherwise(conflict),
            "is_duplicate": F.coalesce(F.col("verdict") == "duplicate", F.lit(False)),
        }
    )


def counted(found: DataFrame) -> Fates:
    """The fates, by number; of what silver held already nothing is told."""
    let_in = duplicates = refused = 0
    again: dict[str, int] = {}
    for row in found.where("NOT stands").groupBy("again", "is_duplicate").count().collect():
        if row["again"] is None:
            let_in, duplicates = (let_in, duplicates + row["count"]) if row.is_duplicate else (let_in + row["count"], duplicates)
            continue
        refused += row["count"]
        for name in row["again"]:
            again[name] = again.get(name, 0) + row["count"]
    return Fates(let_in, duplicates, again, refused)


def marked(lake: Lake, found: DataFrame) -> Fates:
    """Tell the quarantine: out of it, or its newest reasons and one attempt more. The same again changes nothing."""
    told = counted(found)
    rows = found.withColumns(
        {
            "reasons": F.coalesce("again", "reasons"),
            "attempt": F.col("attempt") + F.when(F.col("again").isNull(), 0).otherwise(1),
            "released_at": F.when(F.col("again").isNull(), F.col("released_at")),
        }
    )
    sets = {name: f"s.{name}" for name in ("reasons", "attempt", "released_at")}
    # a repaired body may tell what the one that came did not
    sets |= {name: f"coalesce(s.{name}, t.{name})" for name in ("event_id", "order_id")}
    lake.upsert(rows.select(*QUARANTINE.column_names), QUARANTINE, Note(), Upsert(on=_SAME_POSITION, updates=(("true", sets),)))
    return told
