"""Minute by minute: which are shown, and from which on they are not counted yet."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from orders_platform.serving.english import ENGLISH_WORDS
from orders_platform.serving.minutes import MINUTES, minute_span
from orders_platform.serving.reading import MinuteSums, ShownDay, Sums
from orders_platform.serving.views import LIGHT, Charts
from orders_platform.serving.weekday import Against, SoFar
from orders_platform_tests.serving.shop import NOW, TODAY, ago, today

CHARTS = Charts(ENGLISH_WORDS, LIGHT)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2019-02-28T{text}+00:00")


def test_minutes_since_the_newest_message_are_not_counted_yet() -> None:
    """Its own minute among them, which may not be whole: without a sign the end of the chart looks like a slump."""
    span = minute_span([], today(), at("12:27:40"))

    assert (span.minutes[0], span.minutes[-1], len(span.minutes)) == (at("10:31"), at("12:30"), MINUTES)
    assert span.uncounted_since == at("12:27")


@pytest.mark.parametrize(
    ("newest_at", "since"),
    [(None, "12:30"), (NOW + timedelta(hours=1), "12:30"), (NOW - timedelta(days=9), "10:31")],
    ids=["nothing tells", "the hub's clock is ahead", "long ago"],
)
def test_the_minute_that_goes_on_is_never_whole_and_nothing_is_grey_that_is_not_shown(
    newest_at: datetime | None, since: str
) -> None:
    assert minute_span([], today(), newest_at).uncounted_since == at(since)


def test_of_a_day_that_is_over_the_last_minutes_with_orders_are_shown_and_all_are_counted() -> None:
    over = ShownDay(TODAY, datetime.combine(TODAY, time.max, UTC), is_today=False)

    span = minute_span([MinuteSums(at("17:05"), "GBP", Sums(1))], over, ago(5))

    assert (span.minutes[-1], span.uncounted_since) == (at("17:05"), None)


def test_minutes_of_yesterday_are_not_shown_as_minutes_without_orders() -> None:
    span = minute_span([], today(at("00:20")), None)

    assert (span.minutes[0], len(span.minutes)) == (at("00:00"), 21)


def test_minutes_are_by_the_shops_clock() -> None:
    shop = ZoneInfo("America/Sao_Paulo")

    span = minute_span([], today(NOW.astimezone(shop)), at("12:29:59"))

    assert (span.minutes[-1], span.uncounted_since) == (at("09:30"), at("09:29"))


def test_a_chart_that_moves_on_by_a_minute_is_the_same_but_for_its_data() -> None:
    """Else the browser would draw it anew, and it would flicker."""
    drawn = [
        CHARTS.by_minute([], minute_span([], today(now), newest), "GBP")[0].to_dict()
        for now, newest in ((NOW, None), (NOW + timedelta(minutes=1), NOW))
    ]
    for chart in drawn:
        del chart["datasets"]
        for layer in chart["layer"]:
            del layer["data"]

    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(("weeks", "kinds"), [(0, ["Orders so far"]), (2, ["Orders so far", "Usual"])])
def test_the_legend_names_only_what_is_drawn(weeks: int, kinds: list[str]) -> None:
    point = SoFar(600, 1, usual=1.0 if weeks else None, least=None, most=None)

    chart = CHARTS.weekday(Against((point, point), weeks, 1, point.usual)).to_dict()

    assert chart["layer"][-1]["encoding"]["color"]["scale"]["domain"] == kinds
