"""The answers to the checks, each over the part of a table that was just written."""

from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column as SparkColumn
from pyspark.sql import Window
from pyspark.sql import functions as F

from orders_platform.lakehouse.bronze.taking import Taken
from orders_platform.lakehouse.checks import result, rule_results
from orders_platform.lakehouse.gold.fill import orders_of_days
from orders_platform.lakehouse.gold.table import DAILY_SALES, PRODUCT_PRICES
from orders_platform.lakehouse.lake import Lake, State
from orders_platform.lakehouse.report import CheckResult
from orders_platform.lakehouse.silver.events import Sifted, id_bounds
from orders_platform.lakehouse.silver.releasing import Fates
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, ORDERS, QUARANTINE
from orders_platform.lakehouse.table import Table

_MOST_SET_ASIDE = 0.01
_UNUSUAL = 5
_SAMPLE = 5


@dataclass(frozen=True, slots=True)
class End:
    """A table before and after its part.

    Attributes:
        counted: by how many rows it grew; None where they were not counted.
    """

    before: State
    after: State
    counted: int | None

    @property
    def committed(self) -> int:
        """Rows that the part's commit says it wrote."""
        return self.after.rows_written if self.after.version > self.before.version else 0

    @property
    def grown(self) -> int:
        """By how many rows it grew, as far as is known."""
        return self.committed if self.counted is None else self.counted


def bronze(end: End, taken: Taken) -> tuple[CheckResult, ...]:
    """Bronze: the rows that came are the positions between the old ends and the new."""
    key = "bronze.order_events"
    return (
        result(key, "positions_complete", passed=end.grown == taken.written, rows=end.grown, positions=taken.written),
        result(key, "rows_add_up", passed=end.grown <= taken.offered, rows_in=taken.offered, written=end.grown),
        result(key, "backup_whole", passed=not taken.set_aside, sample=list(taken.set_aside[:_SAMPLE])),
    )


def quarantine(sifted: Sifted) -> tuple[CheckResult, ...]:
    """Quarantine: its share of the messages that came, and each rule's; what was let back in came before."""
    again = sifted.released or Fates()
    came, aside = sifted.rows_in - again.judged, sifted.quarantined - again.refused
    rate = aside / came if came else 0.0
    by_rule = {f"rate_{name}": round(count / sifted.rows_in, 4) for name, count in sifted.broken.items()}
    held = rate <= _MOST_SET_ASIDE
    return (result(QUARANTINE.key, "quarantine_rate", passed=held, rate=round(rate, 4), messages=aside, **by_rule),)


def events(sifted: Sifted, end: End) -> tuple[CheckResult, ...]:
    """Events, by what is known without a query: counts add up with what the commit says, each quality rule with its breaches."""
    told = end.committed + sifted.duplicates + sifted.quarantined
    return (
        result(ORDER_EVENTS.key, "rows_add_up", passed=told == sifted.rows_in, rows_in=sifted.rows_in, told=told),
        *rule_results(sifted.broken | sifted.warned),
    )


def event_ids(lake: Lake, sifted: Sifted) -> tuple[CheckResult, ...]:
    """Events: the ids of the part stand once in the whole table."""
    twice = _doubled(lake, ORDER_EVENTS, id_bounds(sifted.order_ids)) if sifted.written else []
    return (result(ORDER_EVENTS.key, "event_id_unique", passed=not twice, sample=twice),)


def after_events(lake: Lake, table: Table, where: str) -> tuple[CheckResult, ...]:
    """Tables made from events; `where` holds for the rows that were made again."""
    if table is DAILY_SALES:
        return _daily(lake, where)
    if table is PRODUCT_PRICES:
        return _prices(lake)
    twice = _doubled(lake, table, F.expr(where))
    if table is ORDERS:
        return (result(ORDERS.key, "order_id_unique", passed=not twice, sample=twice), _version_gaps(lake))
    return (result(table.key, "key_unique", passed=not twice, sample=twice),)


def _doubled(lake: Lake, table: Table, where: SparkColumn) -> list[str]:
    """A few keys that stand more than once."""
    counted = lake.read(table).where(where).groupBy(*table.unique_by).agg(F.count("*").alias("times")).where("times > 1")
    return [", ".join(str(value) for value in row[:-1]) for row in counted.limit(_SAMPLE).collect()]


def _version_gaps(lake: Lake) -> CheckResult:
    gaps = lake.read(ORDERS).where("versions_seen < order_version").select("order_id").limit(_SAMPLE).collect()
    return result(ORDERS.key, "version_gaps", passed=not gaps, sample=[row.order_id for row in gaps])


def _daily(lake: Lake, where: str) -> tuple[CheckResult, ...]:
    """Keys stand once, and each day made again agrees with a recount of its events, in orders and in money."""
    by_key = (
        lake.read(DAILY_SALES)
        .where(where)
        .groupBy(*DAILY_SALES.unique_by)
        .agg(F.count("*").alias("times"), F.expr("sum(orders + cancellations) AS orders"), F.sum("net_minor").alias("net"))
    )
    doubled = F.expr("collect_list(CASE WHEN times > 1 THEN concat_ws(', ', order_date, country, currency) END)")
    told = by_key.groupBy("order_date").agg(doubled.alias("twice"), F.sum("orders"), F.sum("net")).collect()
    recount = orders_of_days(lake, where).groupBy("order_date").agg(F.count_distinct("order_id"), F.sum("total_minor"))
    gold = {row.order_date: (int(row[2]), int(row[3])) for row in told}
    events = {day: (orders, int(net)) for day, orders, net in recount.collect()}
    twice = [key for row in told for key in row.twice]
    return (
        result(DAILY_SALES.key, "key_unique", passed=not twice, sample=twice[:_SAMPLE]),
        _agreement(gold, events),
    )


def _agreement(gold: dict[date, tuple[int, int]], events: dict[date, tuple[int, int]]) -> CheckResult:
    """Of orders and money by day on both sides; the days that differ are named."""
    differing = [day for day in sorted({*gold, *events}) if gold.get(day) != events.get(day)]
    (orders, net), (recounted, total) = (
        tuple(sum(part) for part in zip(*side.values(), strict=True)) or (0, 0) for side in (gold, events)
    )
    return result(
        DAILY_SALES.key,
        "agrees_with_events",
        passed=not differing,
        orders=orders,
        recounted=recounted,
        net_minor=net,
        recounted_minor=total,
        days_differing=len(differing),
        sample=[f"{day}: gold has {_side(gold, day)}, the events {_side(events, day)}" for day in differing[:_SAMPLE]],
    )


def _side(side: dict[date, tuple[int, int]], day: date) -> str:
    orders, net = side.get(day, (0, 0))
    return f"{orders} orders and {net} minor units"


def _prices(lake: Lake) -> tuple[CheckResult, ...]:
    """Each row beside the one before it: the same day is a key that stands twice, a far price is unusual."""
    history = Window.partitionBy("product_no", "currency").orderBy("valid_from")
    before = {
        "before": F.lag("unit_price_minor").over(history),
        "is_twice": F.lag("valid_from").over(history) == F.col("valid_from"),
    }
    odd = f"is_twice OR greatest(before, unit_price_minor) > {_UNUSUAL} * least(before, unit_price_minor)"
    rows = lake.read(PRODUCT_PRICES).withColumns(before).where(odd).select("product_no", "valid_from", "is_twice").collect()
    twice, moved = (
        [f"{row.product_no} from {row.valid_from}" for row in rows if row.is_twice is is_twice] for is_twice in (True, False)
    )
    return (
        result(PRODUCT_PRICES.key, "key_unique", passed=not twice, sample=twice[:_SAMPLE]),
        result(PRODUCT_PRICES.key, "price_usual", passed=not moved, sample=moved[:_SAMPLE]),
    )
