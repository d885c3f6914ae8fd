"""Charts, out of figures alone; the page draws them. The shop's time is given as if it were UTC, so that no browser moves it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import altair as alt
import pyarrow as pa

from orders_platform.serving.minutes import MinuteSpan, wall
from orders_platform.serving.numbers import decimals
from orders_platform.serving.reading import CancelledDay, MinuteSums
from orders_platform.serving.weekday import Against, SoFar
from orders_platform.serving.words import Words

Chart = alt.Chart | alt.LayerChart
_HEIGHT: Final = 200
_MINUTE: Final = "utcyearmonthdatehoursminutes(minute):T"
_DAY: Final = "utcyearmonthdate(day):T"
# a time of day is one of some day
_ANY_DAY: Final = date(2000, 1, 1)
_TIME_OF_DAY: Final = "utcyearmonthdatehoursminutes(at):T"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that hold on a page's ground."""

    main: str
    second: str
    past: str
    band: str
    grid: str
    text: str


LIGHT: Final = Palette(main="#3b76d6", second="#e0912f", past="#7b8794", band="#e9edf2", grid="#e6e8eb", text="#5b6570")
DARK: Final = Palette(main="#6ea3f5", second="#e8a552", past="#9aa6b2", band="#2b323b", grid="#2d333b", text="#a3adb8")


@dataclass(frozen=True, slots=True)
class Charts:
    """The page's charts in one language, on one ground."""

    words: Words
    palette: Palette

    def by_minute(self, minutes: Sequence[MinuteSums], span: MinuteSpan, currency: str) -> tuple[Chart, Chart]:
        """Orders, and money of one currency, minute by minute; ground that lies behind what is counted is grey."""
        # each minute is there, sold or not: the chart then moves on by its data alone, and is never drawn anew
        orders, net = dict.fromkeys(span.minutes, 0.0), dict.fromkeys(span.minutes, 0.0)
        for each in minutes:
            minute = wall(each.minute)
            if minute in orders:
                orders[minute] += each.sums.orders
                net[minute] += each.sums.net_minor / 10 ** decimals(currency) if each.currency == currency else 0
        title = self.words.net_a_minute.format(currency=currency)
        return self._minutes(orders, span, self.words.orders_a_minute), self._minutes(net, span, title)

    def _minutes(self, values: Mapping[datetime, float], span: MinuteSpan, title: str) -> Chart:
        data = pa.table(
            {
                "minute": pa.array(list(values), pa.timestamp("ms", tz="UTC")),
                "value": pa.array(list(values.values()), pa.float64()),
            }
        )
        x = alt.X(_MINUTE, title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%H:%M", grid=False, tickCount=6))
        bars = (
            alt.Chart(data)
            .mark_bar(color=self.palette.main)
            .encode(
                x=x,
                y=_count("value"),
                tooltip=[
                    alt.Tooltip(_MINUTE, title=self.words.time, format="%H:%M"),
                    alt.Tooltip("value:Q", title=title, format=",.2~f"),
                ],
            )
        )
        layers = [*self._uncounted(span), bars]
        heading = alt.TitleParams(title, anchor="start", fontSize=12, fontWeight=500, offset=8)
        return self._dressed(alt.LayerChart(layer=layers, height=_HEIGHT, title=heading))

    def _uncounted(self, span: MinuteSpan) -> list[Chart]:
        """The ground behind what is counted. Its ends are data, so that the chart's own words stay the same."""
        if span.uncounted_since is None:
            return []
        ends = {"since": span.uncounted_since, "until": span.minutes[-1] + timedelta(minutes=1)}
        data = pa.table({name: pa.array([at], pa.timestamp("ms", tz="UTC")) for name, at in ends.items()})
        return [alt.Chart(data).mark_rect(color=self.palette.band).encode(x="since:T", x2="until:T")]

    def weekday(self, against: Against) -> Chart:
        """The day's orders so far over the range of the weeks before it, where there are any."""
        words, palette = self.words, self.palette
        kinds = [words.orders_so_far, words.usual][: 2 if against.weeks else 1]
        hours = [_midnight(_ANY_DAY) + timedelta(minutes=minute) for minute in against.hours]
        axis = alt.Axis(format="%H:%M", grid=False, tickCount=6)
        x = alt.X(_TIME_OF_DAY, title=None, scale=_span(*hours), axis=axis)
        time_of_day = alt.Tooltip(_TIME_OF_DAY, title=words.time, format="%H:%M")
        band = (
            alt.Chart(_range(against))
            .mark_area(color=palette.band, interpolate="step-after")
            .encode(x=x, y=_count("least"), y2="most:Q")
        )
        legend = alt.Legend(title=None, orient="top", symbolType="stroke")
        lines = (
            alt.Chart(_lines(against, kinds))
            .mark_line(strokeWidth=2.2, interpolate="step-after")
            .encode(
                x=x,
                y=_count("orders"),
                color=alt.Color(
                    "kind:N",
                    scale=alt.Scale(domain=kinds, range=[palette.main, palette.past][: len(kinds)]),
                    legend=legend,
                ),
                strokeDash=alt.StrokeDash(
                    "kind:N", scale=alt.Scale(domain=kinds, range=[[1, 0], [4, 3]][: len(kinds)]), legend=legend
                ),
                tooltip=[
                    time_of_day,
                    alt.Tooltip("kind:N", title=words.orders),
                    alt.Tooltip("orders:Q", title="\u03a3", format=",.0f"),
                ],
            )
        )
        return self._dressed(alt.LayerChart(layer=[band, lines] if against.weeks else [lines], height=_HEIGHT))

    def cancellations(self, days: Iterable[CancelledDay], first: date, last: date) -> Chart:
        """Cancellations by day, those whose order is not known apart."""
        words, kinds = self.words, [self.words.named, self.words.orphan]
        rows = [(_midnight(each.day), kinds[each.is_orphan], each.cancellations) for each in days]
        data = pa.table(
            {
                "day": pa.array([row[0] for row in rows], pa.timestamp("ms", tz="UTC")),
                "kind": pa.array([row[1] for row in rows], pa.string()),
                "cancellations": pa.array([row[2] for row in rows], pa.int64()),
            }
        )
        span = _span(_midnight(first), _midnight(last) + timedelta(days=1))
        return self._dressed(
            alt.Chart(data, height=_HEIGHT).mark_bar().encode(
                x=alt.X(_DAY, title=None, scale=span, axis=alt.Axis(format="%-d %b", grid=False, tickCount=6)),
                y=_count("cancellations"),
                color=alt.Color(
                    "kind:N",
                    scale=alt.Scale(domain=kinds, range=[self.palette.main, self.palette.second]),
                    legend=alt.Legend(title=None, orient="top", symbolType="square"),
                ),
                tooltip=[
                    alt.Tooltip(_DAY, title=words.time, format="%-d %b %Y"),
                    alt.Tooltip("kind:N", title=words.match),
                    alt.Tooltip("cancellations:Q", title=words.cancellations, format=",.0f"),
                ],
            )
        )  # fmt: skip

    def _dressed(self, chart: Chart) -> Chart:
        """The house's look, and the language's way of writing numbers and times."""
        palette = self.palette
        dressed: Chart = (
            chart.configure(
                locale=self.words.numbers.for_charts,
                font="Source Sans, sans-serif",
                background="transparent",
                padding={"left": 0, "right": 4, "top": 4, "bottom": 0},
            )
            .configure_view(strokeWidth=0)
            .configure_title(color=palette.text)
            .configure_axis(
                labelColor=palette.text, gridColor=palette.grid, domain=False, ticks=False, labelPadding=6, labelFontSize=11
            )
            .configure_legend(labelColor=palette.text, labelFontSize=11)
        )
        return dressed


def _range(against: Against) -> pa.Table:
    points = [point for point in against.points if point.most is not None]
    return pa.table(
        {
            "at": pa.array([_at(point) for point in points], pa.timestamp("ms", tz="UTC")),
            "least": pa.array([point.least for point in points], pa.float64()),
            "most": pa.array([point.most for point in points], pa.float64()),
        }
    )


def _lines(against: Against, kinds: Sequence[str]) -> pa.Table:
    rows = [
        (_at(point), kind, value)
        for point in against.points
        for kind, value in zip(kinds, (point.orders, point.usual), strict=False)
        if value is not None
    ]
    return pa.table(
        {
            "at": pa.array([row[0] for row in rows], pa.timestamp("ms", tz="UTC")),
            "kind": pa.array([row[1] for row in rows], pa.string()),
            "orders": pa.array([float(row[2]) for row in rows], pa.float64()),
        }
    )


def _at(point: SoFar) -> datetime:
    return _midnight(_ANY_DAY) + timedelta(minutes=point.minute)


def _count(name: str) -> alt.Y:
    return alt.Y(f"{name}:Q", title=None, axis=alt.Axis(format=",.0f", tickCount=4, tickMinStep=1))


def _span(first: datetime, last: datetime) -> alt.Scale:
    return alt.Scale(type="utc", domain=[_moment(first), _moment(last)])


def _moment(at: datetime) -> alt.DateTime:
    return alt.DateTime(year=at.year, month=at.month, date=at.day, hours=at.hour, minutes=at.minute, utc=True)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
