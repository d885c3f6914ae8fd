"""Today against the same weekday, by the same time of day."""

from datetime import UTC, datetime

from orders_platform.serving.reading import MinuteSums, ShownDay, Sums
from orders_platform.serving.weekday import against_weekdays
from orders_platform_tests.serving.shop import TODAY, today


def sold(*times: str, currency: str = "GBP") -> list[MinuteSums]:
    return [MinuteSums(datetime.fromisoformat(time).replace(tzinfo=UTC), currency, Sums(orders=1)) for time in times]


def test_a_day_that_goes_on_is_held_against_the_others_at_the_same_time() -> None:
    """Both past Thursdays sold more in all, but by half past twelve one and three."""
    minutes = sold(
        "2019-02-28T10:00", "2019-02-28T12:30",
        "2019-02-21T11:00", "2019-02-21T15:00", "2019-02-21T16:00",
        "2019-02-14T10:00", "2019-02-14T10:05", "2019-02-14T12:00", "2019-02-14T19:00",
    )  # fmt: skip

    against = against_weekdays(minutes, today())

    assert (against.weeks, against.orders, against.usual, against.change) == (2, 2, 2.0, 0.0)


def test_the_curve_ends_now_and_the_usual_goes_on() -> None:
    against = against_weekdays(sold("2019-02-28T10:00", "2019-02-21T11:00", "2019-02-14T15:00"), today())

    points = {point.minute // 60: point for point in against.points if point.minute % 60 == 0}
    assert (points[12].orders, points[12].usual, points[12].least, points[12].most) == (1, 0.5, 0, 1)
    assert points[13].orders is None
    assert against.points[-1].usual == 1.0


def test_orders_of_all_currencies_count() -> None:
    minutes = sold("2019-02-28T10:00") + sold("2019-02-28T10:00", currency="EUR")

    assert against_weekdays(minutes, today()).orders == 2


def test_there_is_no_usual_where_there_is_no_week_before() -> None:
    against = against_weekdays(sold("2019-02-28T10:00"), today())

    assert (against.weeks, against.usual, against.change) == (0, None, None)


def test_nothing_sold_is_no_curve() -> None:
    assert list(against_weekdays([], ShownDay(TODAY, datetime(2019, 2, 28, tzinfo=UTC), is_today=True)).points) == []
