"""The platform's promises as functions over a finished lake: each returns what breaks it, one sentence a violation.

They read Delta by delta-rs and the ledger's files; nothing of the code under test. The reader's promise, I6, needs someone
who looks all along: see `watching`.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.oracle.comparing import differences, doubled, listed
from orders_platform_tests.oracle.facts import Message, Row
from orders_platform_tests.oracle.fold import Silver, fold
from orders_platform_tests.oracle.gold import gold_tables
from orders_platform_tests.oracle.silver import POSITION, event_rows, order_rows, quarantine_rows

UTC_ZONE = ZoneInfo("UTC")
GOLD_KEYS = {
    "gold.daily_sales": ("order_date", "country", "currency"),
    "gold.sales_by_minute": ("minute", "country", "currency"),
    "gold.product_sales": ("order_date", "product_no", "currency"),
    "gold.product_prices": ("product_no", "currency", "valid_from"),
    "gold.cancellations": ("order_id",),
}
TABLES = ("bronze.order_events", "silver.order_events", "silver.orders", "silver.quarantine", *GOLD_KEYS)
ORDER_VERSIONS = ("order_id", "order_version", "versions_seen")
DAY_FIGURES = ("orders", "cancellations", "gross_minor", "cancelled_minor", "net_minor")


def check_all(lake: Path, zone: ZoneInfo = UTC_ZONE) -> list[str]:
    """I2 to I5: everything that a lake can be asked by itself."""
    return [
        *i3_positions_complete(lake),
        *i2_silver_is_the_fold(lake, zone),
        *i2_gold_is_the_fold(lake, zone),
        *i4_highest_version_stands(lake),
        *i5_nothing_silent(lake, zone),
    ]


def i1_accepted_in_gold(lake: Path, accepted: Iterable[bytes], zone: ZoneInfo = UTC_ZONE) -> list[str]:
    """Every accepted order is in gold, once; money agrees per day and in all. `accepted`: bodies, as taken in turn."""
    at = datetime(2000, 1, 1, tzinfo=UTC)
    silver = fold((Message("accepted", 0, place, body, at) for place, body in enumerate(accepted)), zone)
    known = tables.rows(lake, "silver.orders", ("order_id",))
    found = {row["order_id"] for row in known}
    return [
        *doubled("silver.orders", ("order_id",), known),
        *listed("silver.orders lacks the accepted order", ((order,) for order in silver.orders.keys() - found)),
        *listed("silver.orders holds an order that nobody accepted:", ((order,) for order in found - silver.orders.keys())),
        *_money(gold_tables(silver.orders)["gold.daily_sales"], tables.rows(lake, "gold.daily_sales")),
    ]


def i2_silver_is_the_fold(lake: Path, zone: ZoneInfo = UTC_ZONE) -> list[str]:
    """Silver holds what a plain fold of bronze holds, row for row."""
    silver = fold(tables.messages(lake), zone)
    aside = [{**row, "reasons": sorted(row["reasons"])} for row in tables.rows(lake, "silver.quarantine")]
    waiting = [row for row in aside if row["released_at"] is None]
    left = {tuple(row[name] for name in POSITION) for row in aside if row["released_at"] is not None}
    let_in = tables.releases(lake).keys() - silver.quarantine.keys()
    return [
        *differences("silver.order_events", ("event_id",), event_rows(silver), tables.rows(lake, "silver.order_events")),
        *differences("silver.orders", ("order_id",), order_rows(silver), tables.rows(lake, "silver.orders")),
        *differences("silver.quarantine", POSITION, quarantine_rows(silver), waiting),
        *listed("silver.quarantine tells wrongly whether it was let back in:", let_in ^ left),
    ]


def i2_gold_is_the_fold(lake: Path, zone: ZoneInfo = UTC_ZONE) -> list[str]:
    """Gold holds what a plain fold of bronze holds, row for row."""
    expected = gold_tables(fold(tables.messages(lake), zone).orders)
    return [
        fault for table, key in GOLD_KEYS.items() for fault in differences(table, key, expected[table], tables.rows(lake, table))
    ]


def i3_positions_complete(lake: Path, tails: Mapping[int, int] | None = None) -> list[str]:
    """Bronze has every position once, no hole between first and last; `tails`: next position of each partition of a new hub."""
    held: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in tables.rows(lake, "bronze.order_events", POSITION):
        held[row["generation"], row["partition"]].append(row["sequence_number"])
    faults = [fault for place, numbers in sorted(held.items()) for fault in _positions(*place, numbers)]
    ends = {partition: max(numbers) + 1 for (_, partition), numbers in held.items()}
    return faults + [
        f"bronze ends before {ends.get(partition, 0)} in partition {partition}, the hub's tail is {tail}"
        for partition, tail in (tails or {}).items()
        if ends.get(partition, 0) != tail
    ]


def i4_highest_version_stands(lake: Path) -> list[str]:
    """An order's state is its highest version; `versions_seen` tells every gap, and nothing is guessed."""
    seen: dict[str, set[int]] = defaultdict(set)
    for row in tables.rows(lake, "silver.order_events", ("order_id", "order_version")):
        seen[row["order_id"]].add(row["order_version"])
    expected = [
        {"order_id": order, "order_version": max(versions), "versions_seen": len(versions)} for order, versions in seen.items()
    ]
    return differences("silver.orders", ("order_id",), expected, tables.rows(lake, "silver.orders", ORDER_VERSIONS))


def incomplete_orders(lake: Path) -> dict[str, int]:
    """Orders with a gap in their versions, by how many are missing: the list that I4 speaks of."""
    missing = {
        row["order_id"]: row["order_version"] - row["versions_seen"] for row in tables.rows(lake, "silver.orders", ORDER_VERSIONS)
    }
    return {order: count for order, count in missing.items() if count}


def i5_nothing_silent(lake: Path, zone: ZoneInfo = UTC_ZONE) -> list[str]:
    """In == written + duplicates + quarantined: in each line of the ledger, and over the tables as they stand."""
    return [*i5_ledger_adds_up(lake), *_messages_accounted_for(lake, fold(tables.messages(lake), zone))]


def i5_ledger_adds_up(lake: Path) -> list[str]:
    """Each table's part in each pass adds up, and no table's positions go back."""
    reports = ledger(lake)
    faults = [
        f"pass {report['pass_id']}, {report['table']}: {report['rows_in']} in, but {report['written']} written + "
        f"{report['duplicates']} duplicates + {report['quarantined']} quarantined"
        for report in reports
        if report["rows_in"] != report["written"] + report["duplicates"] + report["quarantined"]
    ]
    return faults + [f"{report['table']} goes back in pass {report['pass_id']}" for report in reports if _goes_back(report)]


def i8_nothing_changed(before: "Standing", after: "Standing") -> list[str]:
    """A second pass with nothing new changes no row, and commits nothing."""
    return [
        f"{table} {'changed rows' if after[table].digest != before[table].digest else 'was committed to without need'}: "
        f"version {before[table].version} before, {after[table].version} after"
        for table in before
        if before[table] != after[table]
    ]


@dataclass(frozen=True, slots=True)
class Stand:
    """A table at a moment: its version, and a fingerprint of its rows."""

    version: int
    digest: str


Standing = dict[str, Stand]


def standing(lake: Path) -> Standing:
    """Every table as it stands, to be compared later."""
    return {table: Stand(tables.version(lake, table), tables.digest(lake, table)) for table in TABLES}


def ledger(lake: Path) -> list[Row]:
    """Every table's part in every pass, oldest pass first."""
    files = sorted((lake / "ops" / "ledger").glob("*/*.json"))
    entries = [json.loads(file.read_text()) for file in files]
    return sorted((report for entry in entries for report in entry["tables"]), key=lambda report: report["finished_at"])


def _messages_accounted_for(lake: Path, silver: Silver) -> list[str]:
    came = len(tables.rows(lake, "bronze.order_events", POSITION))
    valid = len(tables.rows(lake, "silver.order_events", POSITION))
    aside = sum(row["released_at"] is None for row in tables.rows(lake, "silver.quarantine", ("released_at",)))
    repeated = len(silver.duplicates)
    if came == valid + aside + repeated:
        return []
    return [f"bronze holds {came} messages, but silver {valid} events + {aside} in quarantine + {repeated} duplicates"]


def _goes_back(report: Row) -> bool:
    return any(
        report["positions_to"].get(generation, {}).get(partition, 0) < position
        for generation, partitions in report["positions_from"].items()
        for partition, position in partitions.items()
    )


def _positions(generation: str, partition: int, numbers: list[int]) -> list[str]:
    place = f"partition {partition} of {generation}"
    holes = set(range(min(numbers), max(numbers) + 1)) - set(numbers)
    twice = {number for number in numbers if numbers.count(number) > 1} if len(set(numbers)) < len(numbers) else set()
    return [
        *listed(f"bronze holds a position of {place} more than once:", ((number,) for number in twice)),
        *listed(f"bronze has a hole in {place} at", ((number,) for number in holes)),
    ]


def _money(expected: Iterable[Row], found: Iterable[Row]) -> list[str]:
    wanted, standing_now = _days(expected), _days(found)
    days = sorted(wanted.keys() | standing_now.keys(), key=str)
    return [
        f"gold.daily_sales on {day} in {currency}: {figure} is {standing_now[day, currency][figure]}, "
        f"accepted were {wanted[day, currency][figure]}"
        for day, currency in days
        for figure in DAY_FIGURES
        if standing_now[day, currency][figure] != wanted[day, currency][figure]
    ]


def _days(rows: Iterable[Row]) -> dict[tuple[date | str, str], dict[str, int]]:
    """Figures by day and currency, and over all days."""
    days: dict[tuple[date | str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for figure in DAY_FIGURES:
            days[row["order_date"], row["currency"]][figure] += row[figure]
            days["all days", row["currency"]][figure] += row[figure]
    return days
