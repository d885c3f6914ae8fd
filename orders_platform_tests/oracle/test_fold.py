"""The fold against figures worked out by hand: it is what everything else is measured by."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from orders_platform_tests.builders import Json, a_cancellation, an_event, body, bronze_rows, event_id
from orders_platform_tests.oracle.facts import Message, Row
from orders_platform_tests.oracle.fold import Silver, fold
from orders_platform_tests.oracle.gold import gold_tables

DAY, NEXT_DAY = date(2019, 2, 1), date(2019, 2, 2)
FIELDS = ("generation", "partition", "sequence_number", "value", "ingested_at")


def messages(*bodies: bytes | None, partition: int = 0, batch: int = 0) -> list[Message]:
    """Messages that came one after another."""
    return [Message(*(row[field] for field in FIELDS)) for row in bronze_rows(bodies, partition=partition, batch=batch)]


def folded(*events: Json, zone: str = "UTC") -> Silver:
    """Silver after these events."""
    return fold(messages(*map(body, events)), ZoneInfo(zone))


def gold(table: str, *events: Json) -> list[Row]:
    """A gold table after these events."""
    return gold_tables(folded(*events).orders)[f"gold.{table}"]


def test_highest_version_stands_when_versions_come_out_of_order() -> None:
    """Version 3 came before version 2, and version 1 never."""
    silver = folded(an_event("o1", version=3, status="shipped"), an_event("o1", version=2, status="paid"))

    assert silver.orders["o1"].status == "shipped"
    assert silver.versions["o1"] == {2, 3}
    assert silver.gaps == {"o1": [1]}


def test_a_repeat_is_dropped_when_it_is_byte_for_byte_the_same() -> None:
    """One stands, two are counted."""
    silver = folded(an_event("o1"), an_event("o1"), an_event("o1"))

    assert len(silver.events) == 1
    assert [position[2] for position in silver.duplicates] == [1, 2]
    assert silver.quarantine == {}


def test_the_first_stands_when_an_id_comes_with_another_body() -> None:
    """A conflict is no duplicate; a repeat of the first still is one."""
    silver = folded(an_event("o1"), an_event("o1", country="EIRE"), an_event("o1"))

    assert silver.events[event_id("o1", 1)].country == "United Kingdom"
    assert list(silver.quarantine.values()) == [frozenset({"same_id_same_body"})]
    assert len(silver.duplicates) == 1


def test_an_earlier_batch_stands_when_a_later_one_has_lower_positions() -> None:
    """Batches count before positions: what stands is never pushed away by what comes later."""
    late = messages(body(an_event("o1", country="EIRE")), partition=0, batch=1)
    early = messages(body(an_event("o1")), partition=1, batch=0)

    silver = fold([*late, *early], ZoneInfo("UTC"))

    assert silver.orders["o1"].country == "United Kingdom"


def test_the_shops_time_zone_dates_the_order() -> None:
    """Two in the morning in London is the day before in São Paulo."""
    event = an_event("o1", placed_at="2019-02-02T01:30:00+00:00")

    assert folded(event).orders["o1"].order_date == NEXT_DAY
    assert folded(event, zone="America/Sao_Paulo").orders["o1"].order_date == DAY


def test_daily_sales_when_a_day_has_sales_and_cancellations() -> None:
    """Two sales (1000 and 250 + 300) and a document that takes 400 back."""
    rows = gold(
        "daily_sales",
        an_event("o1", lines=[("MUG", 500, 2)]),
        an_event("o2", lines=[("MUG", 250, 1), ("BAG", 100, 3)]),
        a_cancellation("C1", lines=[("MUG", 400, 1)]),
    )

    assert rows == [
        {
            "order_date": DAY,
            "country": "United Kingdom",
            "currency": "GBP",
            "orders": 2,
            "cancellations": 1,
            "lines": 4,
            "units": 5,
            "gross_minor": 1550,
            "cancelled_minor": 400,
            "net_minor": 1150,
        }
    ]


def test_the_old_day_is_empty_when_a_version_moves_an_order() -> None:
    """An order counts on one day only."""
    rows = gold("daily_sales", an_event("o1"), an_event("o1", version=2, placed_at="2019-02-02T09:00:00Z"))

    assert [row["order_date"] for row in rows] == [NEXT_DAY]


def test_minutes_follow_the_last_change() -> None:
    """Paid a minute later: the order moves to that minute."""
    rows = gold("sales_by_minute", an_event("o1"), an_event("o1", version=2, occurred_at="2019-02-01T12:34:56.789Z"))

    assert [(row["minute"], row["orders"], row["net_minor"]) for row in rows] == [
        (datetime(2019, 2, 1, 12, 34, tzinfo=UTC), 1, 1000)
    ]


def test_product_sales_take_the_price_of_the_days_last_sale() -> None:
    """A cancellation later that day does not set the price."""
    rows = gold(
        "product_sales",
        an_event("o1", lines=[("MUG", 500, 2)], placed_at="2019-02-01T11:00:00Z"),
        an_event("o2", lines=[("MUG", 450, 1), ("MUG", 440, 1)], placed_at="2019-02-01T12:00:00Z"),
        a_cancellation("C1", lines=[("MUG", 999, 1)], placed_at="2019-02-01T13:00:00Z"),
    )

    assert rows == [
        {
            "order_date": DAY,
            "product_no": "MUG",
            "currency": "GBP",
            "product_name": "Mug of the shop",
            "units_sold": 4,
            "units_cancelled": 1,
            "gross_minor": 1890,
            "cancelled_minor": 999,
            "net_minor": 891,
            "price_minor": 440,
        }
    ]


def test_a_product_has_no_price_when_the_day_only_took_back() -> None:
    """The day stands in product_sales, and not in the history of prices."""
    event = a_cancellation("C1", lines=[("MUG", 999, 1)])

    assert [row["price_minor"] for row in gold("product_sales", event)] == [None]
    assert gold("product_prices", event) == []


def test_prices_merge_when_days_in_a_row_have_the_same() -> None:
    """500 for two days, 450, and 500 again: three rows."""
    prices = {"2019-02-01": 500, "2019-02-02": 500, "2019-02-03": 450, "2019-02-06": 500}
    rows = gold(
        "product_prices",
        *(an_event(day, lines=[("MUG", price, 1)], placed_at=f"{day}T10:00:00Z") for day, price in prices.items()),
    )

    assert [(row["unit_price_minor"], str(row["valid_from"]), str(row["valid_to"]), row["is_current"]) for row in rows] == [
        (500, "2019-02-01", "2019-02-03", False),
        (450, "2019-02-03", "2019-02-06", False),
        (500, "2019-02-06", "None", True),
    ]


def test_a_cancellation_is_named_when_the_sale_comes_later() -> None:
    """Whatever the order of arrival; one that names none, an unknown or another cancellation is an orphan."""
    rows = gold(
        "cancellations",
        a_cancellation("C1", cancels="o1", placed_at="2019-02-09T10:00:00Z"),
        a_cancellation("C2"),
        a_cancellation("C3", cancels="o9"),
        a_cancellation("C4", cancels="C1"),
        an_event("o1"),
    )

    assert [(row["order_id"], row["match"], row["days_since_sale"], row["cancelled_minor"]) for row in rows] == [
        ("C1", "named", 8, 1000),
        ("C2", "orphan", None, 1000),
        ("C3", "orphan", None, 1000),
        ("C4", "orphan", None, 1000),
    ]
