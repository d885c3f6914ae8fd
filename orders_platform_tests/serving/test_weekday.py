"""Today against the same weekday, by the same time of day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

import pytest

from orders_platform.serving.reading import MinuteSums, ShownDay, Sums
from orders_platform.serving.weekday import Against, against_weekdays
from orders_platform.settings import Settings
from orders_platform_tests.serving.shop import NOW, TODAY, today

# Mondays to Sundays but Tuesday, 08:00 to 20:00
TRADING = Settings.from_env({}).trading
YESTERDAY = ShownDay(TODAY, datetime.combine(TODAY, time.max, UTC), is_today=False)


def sold(*times: str, currency: str = "GBP") -> list[MinuteSums]:
    return [MinuteSums(datetime.fromisoformat(time).replace(tzinfo=UTC), currency, Sums(orders=1)) for time in times]


def against(minutes: Sequence[MinuteSums], day: ShownDay | None = None, orders: Mapping[date, int] | None = None) -> Against:
    """Each day with the orders of its minutes, unless others are given."""
    counted = Counter(each.minute.date() for each in minutes)
    return against_weekdays(minutes, counted if orders is None else orders, day or today(), TRADING)


def drawn(found: Against) -> dict[str, int]:
    """The day's own line."""
    return {f"{point.minute // 60}:{point.minute % 60:02}": point.orders for point in found.points if point.orders is not None}


def test_a_day_that_goes_on_is_held_against_the_others_at_the_same_time() -> None:
    """Both past Thursdays sold more in all, but by half past twelve one and three."""
    found = against(sold(
        "2019-02-28T10:00", "2019-02-28T12:30",
        "2019-02-21T11:00", "2019-02-21T15:00", "2019-02-21T16:00",
        "2019-02-14T10:00", "2019-02-14T10:05", "2019-02-14T12:00", "2019-02-14T19:00",
    ))  # fmt: skip

    assert (found.weeks, found.orders, found.usual, found.change) == (2, 2, 2.0, 0.0)


def test_the_curve_ends_now_and_the_usual_goes_on() -> None:
    found = against(sold("2019-02-28T10:00", "2019-02-21T11:00", "2019-02-14T15:00"))

    points = {point.minute // 60: point for point in found.points if point.minute % 60 == 0}
    assert (points[12].orders, points[12].usual, points[12].least, points[12].most) == (1, 0.5, 0, 1)
    assert points[13].orders is None
    assert found.points[-1].usual == 1.0


def test_an_order_of_this_minute_is_on_the_line() -> None:
    """Else a shop's first minutes are an empty chart, and its line is always ten minutes late."""
    found = against(sold("2019-02-28T12:27", "2019-02-28T12:33"), today(NOW.replace(minute=33)))

    assert drawn(found) == {"12:20": 0, "12:30": 1, "12:33": 2}
    assert found.is_drawable


@pytest.mark.parametrize("counted", [0, 1, 2, 3], ids=["none yet", "half", "all", "more"])
def test_the_line_ends_at_the_days_own_figure_however_many_of_it_the_minutes_have(counted: int) -> None:
    """Another table has the minutes: a little behind, or with orders of other days that were changed on this one."""
    minutes = sold("2019-02-21T09:00", *("2019-02-28T10:00", "2019-02-28T11:00", "2019-02-28T11:30")[:counted])

    found = against(minutes, orders={TODAY: 2, date(2019, 2, 21): 4})

    assert list(drawn(found).items())[-1] == ("12:30", 2)
    assert (found.orders, found.usual, found.change) == (2, 4.0, -0.5)


def test_a_past_day_counts_by_its_own_figure_too() -> None:
    """Of four orders two were changed on other days; by half past twelve half of the others had been."""
    minutes = sold("2019-02-21T09:00", "2019-02-21T19:00")

    found = against(minutes, orders={TODAY: 3, date(2019, 2, 21): 4})

    assert (found.usual, found.change) == (2.0, 0.5)


def test_orders_of_all_currencies_count() -> None:
    minutes = sold("2019-02-28T10:00") + sold("2019-02-28T10:00", currency="EUR")

    assert drawn(against(minutes))["10:10"] == 2


def test_an_order_that_is_dated_ahead_has_not_come() -> None:
    found = against(sold("2019-02-28T10:00", "2019-02-28T19:00"), orders={TODAY: 1})

    assert drawn(found) == {"10:00": 0, "10:10": 1, "12:30": 1}


def test_there_is_no_usual_where_there_is_no_week_before() -> None:
    found = against(sold("2019-02-28T10:00"))

    assert (found.weeks, found.usual, found.change) == (0, None, None)


@pytest.mark.parametrize("orders", [0, 1], ids=["nothing", "an order whose minute is not there yet"])
def test_a_point_alone_is_no_chart(orders: int) -> None:
    found = against([], orders={TODAY: orders})

    assert not found.is_drawable


@pytest.mark.parametrize(
    ("day", "at", "hours"),
    [
        (today(), "2019-02-28T10:00", (8, 20)),
        (today(), "2019-02-21T06:30", (6, 20)),
        (today(datetime(2019, 2, 28, 23, 41, tzinfo=UTC)), "2019-02-28T10:00", (8, 24)),
        (today(datetime(2019, 2, 26, 12, 10, tzinfo=UTC)), "2019-02-26T10:50", (10, 13)),
        (YESTERDAY, "2019-02-28T10:00", (8, 20)),
    ],
    ids=["trading hours", "sold before them", "late at night", "no trading day", "a day that is over"],
)
def test_the_whole_trading_day_is_shown(day: ShownDay, at: str, hours: tuple[int, int]) -> None:
    first, last = against(sold(at), day).hours

    assert (first / 60, last / 60) == hours
