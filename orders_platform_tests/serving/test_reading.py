"""The room's figures are gold's; a table that is away is told of; and no customer is ever read."""

import re
import shutil
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from orders_platform.serving import reading
from orders_platform.serving.reading import CancelledDay, DaySums, Ranked, ShownDay, Sums
from orders_platform.serving.running import Position, by_reason, quarantine, quarantined
from orders_platform.serving.source import TableAway, query, table_of
from orders_platform_tests.oracle.lake import rows
from orders_platform_tests.serving.shop import (
    CUSTOMER,
    MUGS,
    NOW,
    PENS,
    TODAY,
    a_day,
    a_lake,
    ordered,
    source,
    taken_back,
    today,
    write_bare,
)
from orders_platform_tests.small_lake import a_right_lake

SHOP = ZoneInfo("UTC")
# the ledger's files hold counts, a body is read where somebody asks for that one; a check asks the last two, and no page
OTHERS = {"ledger", "quarantined_body", "newest_positions", "message_at"}
QUERIES = sorted({path.name.removesuffix(".sql") for path in files("orders_platform.serving").joinpath("sql").iterdir()} - OTHERS)
PERSONAL = re.compile(r"\b(customer_ref|value|key|order_id|event_id|cancels_order_id)\b")


def test_the_days_figures_are_golds_and_money_of_two_currencies_is_not_added_up(tmp_path: Path) -> None:
    with source(a_lake(tmp_path)).look() as ask:
        found = reading.day_sums(ask, today())

    assert found == [
        DaySums(TODAY, "France", "EUR", Sums(1, 0, 1000, 0, 1000)),
        DaySums(TODAY, "Brazil", "GBP", Sums(1, 0, 500, 0, 500)),
        DaySums(TODAY, "United Kingdom", "GBP", Sums(1, 2, 1000, 1000, 0)),
    ]
    assert reading.currencies(found) == ["GBP", "EUR"]
    assert reading.total(found, "GBP") == Sums(2, 2, 1500, 1000, 500)
    assert reading.total(found).orders == 3


def test_every_row_of_gold_is_told_once(tmp_path: Path) -> None:
    lake = a_lake(tmp_path)

    with source(lake).look() as ask:
        found = reading.day_sums(ask, today(), 28)

    assert sorted((each.day, each.country, each.currency, each.sums.net_minor) for each in found) == sorted(
        (row["order_date"], row["country"], row["currency"], row["net_minor"]) for row in rows(lake, "gold.daily_sales")
    )


def test_the_newest_day_is_shown_when_there_are_no_orders_today_and_none_that_is_still_to_come(tmp_path: Path) -> None:
    lake = a_lake(tmp_path, [*a_day(), ordered("ahead", "2019-03-05T10:00")])

    with source(lake).look() as ask:
        assert reading.shown_day(ask, NOW, SHOP) == ShownDay(TODAY, NOW, is_today=True)
        later = reading.shown_day(ask, datetime(2019, 3, 2, 9, tzinfo=UTC), SHOP)

    assert later is not None
    assert (later.day, later.is_today, later.until.hour) == (TODAY, False, 23)


def test_a_day_is_the_shops(tmp_path: Path) -> None:
    """Half past one at night in UTC is the evening before in Brazil."""
    lake = a_lake(tmp_path, [ordered("late", "2019-03-01T01:30"), ordered("next", "2019-03-01T04:00")])
    shop = ZoneInfo("America/Sao_Paulo")

    with source(lake).look() as ask:
        found = reading.minute_sums(ask, today(), shop)

    assert [each.minute.isoformat() for each in found] == ["2019-02-28T22:30:00-03:00"]


def test_minutes_are_those_of_the_same_weekday_alone(tmp_path: Path) -> None:
    with source(a_lake(tmp_path)).look() as ask:
        found = reading.minute_sums(ask, today(), SHOP)

    assert {each.minute.date() for each in found} == {TODAY, date(2019, 2, 21), date(2019, 2, 14)}
    assert sum(each.sums.orders for each in found) == 6


def test_products_and_countries_are_ranked_in_one_currency(tmp_path: Path) -> None:
    with source(a_lake(tmp_path)).look() as ask:
        products = reading.top_products(ask, today(), 1, "GBP")
        sums = reading.day_sums(ask, today(), 7)

    countries = reading.top_countries(sums, "GBP")
    assert products.top == [Ranked("Mug of the shop", 2, 1000), Ranked("Pen of the shop", -4, -500)]
    assert [(each.name, each.net_minor) for each in countries.top] == [("Brazil", 500), ("Norway", 500), ("United Kingdom", 0)]


def test_a_ranking_tells_what_all_come_to_and_not_the_largest_alone(tmp_path: Path) -> None:
    """By that it is known whether a table has the same orders as another one."""
    many = [
        ordered(f"o{each}", "2019-02-28T10:00", country=f"C{each}", lines=((f"P{each}", 100 + each, 1),)) for each in range(14)
    ]

    with source(a_lake(tmp_path, many)).look() as ask:
        products = reading.top_products(ask, today(), 1, "GBP")
        sums = reading.day_sums(ask, today())

    countries = reading.top_countries(sums, "GBP")
    assert [len(products.top), len(countries.top)] == [10, 10]
    assert products.agrees_with(reading.total(sums, "GBP"))
    assert countries.agrees_with(reading.total(sums, "GBP"))


def test_a_day_of_cancellations_alone_is_shown_as_today_and_is_not_the_newest_with_orders(tmp_path: Path) -> None:
    lake = a_lake(tmp_path, [*a_day(), taken_back("c3", "2019-03-01T10:00", lines=PENS)])

    with source(lake).look() as ask:
        shown = [reading.shown_day(ask, datetime(2019, 3, day, 9, tzinfo=UTC), SHOP) for day in (1, 2)]

    assert [(each.day.day, each.is_today) for each in shown if each] == [(1, True), (28, False)]


def test_orphans_are_told_apart_and_the_days_to_cancel_are_of_known_orders(tmp_path: Path) -> None:
    with source(a_lake(tmp_path)).look() as ask:
        found = reading.cancelled_days(ask, today(), 28, "GBP")
        days = reading.days_to_cancel(ask, today(), 28)

    assert found == [CancelledDay(TODAY, False, 1, 500), CancelledDay(TODAY, True, 1, 500)]
    assert days == 7


def test_quarantine_is_told_by_rule_and_position(tmp_path: Path) -> None:
    with source(a_lake(tmp_path)).look() as ask:
        assert by_reason(quarantine(ask)) == {"total_matches": 1}
        [position] = quarantined(ask, "total_matches")
        assert quarantined(ask, "well_formed") == []

    assert isinstance(position, Position)
    assert (position.partition, position.sequence_number, position.reasons) == (0, 9, ("total_matches",))


def test_one_look_reads_one_version_while_a_writer_goes_on(tmp_path: Path) -> None:
    lake = a_lake(tmp_path)

    with source(lake).look() as ask:
        before = reading.day_sums(ask, today())
        a_right_lake(lake, [*a_day(), ordered("t4", "2019-02-28T12:15", lines=MUGS)])
        assert reading.day_sums(ask, today()) == before
    with source(lake).look() as ask:
        assert sum(each.sums.orders for each in reading.day_sums(ask, today())) == 4


def test_a_table_that_was_never_made_is_told_of(tmp_path: Path) -> None:
    with source(tmp_path / "lake").look() as ask, pytest.raises(TableAway, match=r"gold\.daily_sales is not there yet") as away:
        reading.shown_day(ask, NOW, SHOP)

    assert away.value.is_missing


@pytest.mark.parametrize("damage", ["files", "log"])
def test_a_table_that_cannot_be_read_is_told_of_and_is_not_called_missing(tmp_path: Path, damage: str) -> None:
    lake = a_lake(tmp_path)
    table = lake / "gold" / "daily_sales"
    if damage == "log":
        next((table / "_delta_log").glob("*.json")).write_text("{half a lin")
    for file in table.glob("*.parquet"):
        file.unlink()

    with source(lake).look() as ask, pytest.raises(TableAway, match=r"gold\.daily_sales cannot be read just now") as away:
        reading.shown_day(ask, NOW, SHOP)

    assert not away.value.is_missing


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_asks_for_a_customer_a_body_or_an_id(name: str) -> None:
    """Of a body that somebody asks for, `test_covered.py` sees to it that nothing personal is shown."""
    text = re.sub(r"^--.*$", "", query(name), flags=re.MULTILINE)

    assert not PERSONAL.search(text)
    assert "*" not in text.replace("count(*)", "")
    assert table_of(text).startswith("gold.") or table_of(text) == "silver.quarantine"


def test_every_answer_is_the_same_in_a_lake_that_holds_no_customer_and_no_body(tmp_path: Path) -> None:
    """What is not there cannot be read: the columns are taken away, and the tables that the room has no business with."""
    lake = a_lake(tmp_path)
    held = [{name: row[name] for name in row if not PERSONAL.fullmatch(name)} for row in rows(lake, "silver.quarantine")]
    cancelled = [{name: row[name] for name in row if not PERSONAL.fullmatch(name)} for row in rows(lake, "gold.cancellations")]
    whole = _all_answers(lake)

    write_bare(lake, "silver.quarantine", pa.Table.from_pylist(held).set_column(*_released(held)))
    write_bare(lake, "gold.cancellations", pa.Table.from_pylist(cancelled))
    for table in ("bronze/order_events", "silver/order_events", "silver/orders"):
        shutil.rmtree(lake / table)

    assert _all_answers(lake) == whole
    assert CUSTOMER not in str(whole)
    assert "jane" not in str(whole)


def _released(held: list[dict[str, object]]) -> tuple[int, str, pa.Array]:
    """A column of nulls has no type of its own."""
    return list(held[0]).index("released_at"), "released_at", pa.array([None] * len(held), pa.timestamp("us", tz="UTC"))


def _all_answers(lake: Path) -> list[object]:
    with source(lake).look() as ask:
        return [
            reading.shown_day(ask, NOW, SHOP),
            reading.day_sums(ask, today(), 28),
            reading.minute_sums(ask, today(), SHOP),
            reading.top_products(ask, today(), 28, "GBP"),
            reading.cancelled_days(ask, today(), 28, "GBP"),
            reading.days_to_cancel(ask, today(), 28),
            [(each.reasons, each.messages) for each in quarantine(ask)],
            quarantined(ask, "total_matches"),
        ]
