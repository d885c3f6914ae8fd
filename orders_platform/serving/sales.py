"""The page's first half: what the shop sells.

Tables are filled one after another, and each is read as it stands. What is named alike is therefore taken from one of them,
gold.daily_sales, and of a table that is not made of the same orders the page says that it is being counted.
"""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from orders_platform.lakehouse.gold.table import CANCELLATIONS, PRODUCT_SALES, SALES_BY_MINUTE
from orders_platform.lakehouse.table import Table
from orders_platform.serving.blocks import Cell, Column, Figure, figures, heading, table
from orders_platform.serving.minutes import MinuteSpan, minute_span
from orders_platform.serving.reading import (
    WEEKS,
    CancelledDay,
    DaySums,
    Ranking,
    ShownDay,
    Sums,
    cancelled_days,
    currencies,
    day_sums,
    days_to_cancel,
    minute_sums,
    orders_by_day,
    shown_day,
    top_countries,
    top_products,
    total,
)
from orders_platform.serving.running import newest_at
from orders_platform.serving.scene import Scene, guarded, show_chart
from orders_platform.serving.source import TableAway
from orders_platform.serving.weekday import Against, against_weekdays

_SPANS = (1, 7, 28)
_CANCELLATION_DAYS = 28
_DAYS_READ = max(*_SPANS, WEEKS * 7 + 1)


def show_sales(scene: Scene) -> None:
    """Everything about one day, and the days before it."""
    try:
        day = shown_day(scene.ask, scene.now, scene.zone)
    except TableAway as away:
        if not away.is_missing:
            raise
        st.info(scene.words.no_lake)
        return
    sums = day_sums(scene.ask, day, _DAYS_READ) if day else []
    if day is None or not sums:
        st.info(scene.words.no_orders)
        return
    if not day.is_today:
        st.info(scene.words.another_day.format(day=scene.words.numbers.day(day.day)))
    found = currencies(sums)
    currency = _currency(scene, found)
    guarded(scene, lambda scene: _show_day(scene, day, sums, currency))
    _show_ranks(scene, day, sums, currency)
    guarded(scene, lambda scene: _show_cancellations(scene, day, sums, currency))


def _currency(scene: Scene, found: Sequence[str]) -> str:
    """The currency that amounts are shown in; a choice where there are several, for they are never added up."""
    if len(found) == 1:
        return found[0]
    chosen = st.segmented_control(
        scene.words.currency, found, default=found[0], required=True, key="currency", label_visibility="collapsed"
    )
    return chosen or found[0]


def _show_day(scene: Scene, day: ShownDay, sums: Sequence[DaySums], currency: str) -> None:
    place = st.container()
    minutes = minute_sums(scene.ask, day, scene.zone)
    against = against_weekdays(minutes, orders_by_day(sums), day, scene.trading)
    of_day = day.among(sums, 1)
    place.html(figures([*_counts(scene, day, of_day, against), *_money(scene, total(of_day, currency), currency)]))
    today = [each for each in minutes if each.minute.date() == day.day]
    span = minute_span(today, day, newest_at(scene.reports, SALES_BY_MINUTE.key))
    st.html(heading(scene.words.by_minute, _minutes_note(scene, day, span)))
    charts = scene.charts.by_minute(today, span, currency)
    for column, chart, key in zip(st.columns(2, gap="large"), charts, ("orders", "net"), strict=True):
        with column:
            show_chart(chart, key)
    _show_weekday(scene, against)


def _counts(scene: Scene, day: ShownDay, sums: Sequence[DaySums], against: Against) -> list[Figure]:
    words, numbers, change = scene.words, scene.words.numbers, against.change
    weekday = numbers.long_weekdays[day.day.weekday()]
    usual = "" if change is None else words.against_usual.format(change=numbers.change(change), weekday=weekday)
    all_of_them = words.all_currencies if len(currencies(sums)) > 1 else ""
    counted = total(sums)
    return [
        Figure(words.orders, numbers.count(counted.orders), "; ".join(filter(None, (usual, all_of_them)))),
        Figure(words.cancellations, numbers.count(counted.cancellations), all_of_them),
    ]


def _money(scene: Scene, money: Sums, currency: str) -> list[Figure]:
    words, numbers = scene.words, scene.words.numbers
    share = money.cancelled_minor / money.gross_minor if money.gross_minor else None
    return [
        Figure(f"{words.gross}, {currency}", numbers.money(money.gross_minor, currency)),
        Figure(
            f"{words.cancelled}, {currency}",
            numbers.money(money.cancelled_minor, currency),
            "" if share is None else words.of_gross.format(share=numbers.percent(share)),
        ),
        Figure(f"{words.net}, {currency}", numbers.money(money.net_minor, currency)),
    ]


def _minutes_note(scene: Scene, day: ShownDay, span: MinuteSpan) -> str:
    words = scene.words
    name = words.today if day.is_today else words.numbers.day(day.day)
    note = words.by_minute_note.format(day=name, first=f"{span.minutes[0]:%H:%M}", last=f"{span.minutes[-1]:%H:%M}")
    return f"{note} {words.uncounted_note}" if span.uncounted_since else note


def _show_weekday(scene: Scene, against: Against) -> None:
    words = scene.words
    if not against.is_drawable:
        st.html(heading(words.same_weekday, words.nothing_to_hold_against))
        return
    note = words.same_weekday_note.format(weeks=against.weeks) if against.weeks else words.no_past_weekdays
    st.html(heading(words.same_weekday, f"{note} {words.by_last_change}"))
    show_chart(scene.charts.weekday(against), "weekday")


def _show_ranks(scene: Scene, day: ShownDay, sums: Sequence[DaySums], currency: str) -> None:
    words = scene.words
    names = {1: words.numbers.day(day.day) if not day.is_today else words.today}
    chosen = st.segmented_control(
        words.span,
        _SPANS,
        default=1,
        required=True,
        key="days",
        label_visibility="collapsed",
        format_func=lambda days: names.get(days, words.days.format(count=days)),
    )
    days = chosen or 1
    of_days = day.among(sums, days)
    left, right = st.columns(2, gap="large")
    with left:
        guarded(scene, lambda scene: _show_products(scene, top_products(scene.ask, day, days, currency), of_days, currency))
    with right:
        st.html(heading(f"{words.countries}, {currency}"))
        _show_ranked(scene, (words.country, words.orders), top_countries(of_days, currency), currency)


def _show_products(scene: Scene, ranking: Ranking, sums: Sequence[DaySums], currency: str) -> None:
    words, agrees = scene.words, ranking.agrees_with(total(sums, currency))
    st.html(heading(f"{words.products}, {currency}", "" if agrees else _being_counted(scene, PRODUCT_SALES)))
    if ranking.top or agrees:
        _show_ranked(scene, (words.product, words.units), ranking, currency)


def _being_counted(scene: Scene, behind: Table) -> str:
    return scene.words.being_counted.format(table=behind.key)


def _show_ranked(scene: Scene, titles: tuple[str, str], ranking: Ranking, currency: str) -> None:
    words, numbers, (name, amount) = scene.words, scene.words.numbers, titles
    if not ranking.top:
        st.caption(words.nothing_sold)
        return
    most = max(1, *(each.net_minor for each in ranking.top))
    rows = [
        (
            Cell(each.name, bar=each.net_minor / most),
            Cell(numbers.count(each.amount)),
            Cell(numbers.money(each.net_minor, currency)),
        )
        for each in ranking.top
    ]
    st.html(table((Column(name), Column(amount, is_number=True), Column(f"{words.net}, {currency}", is_number=True)), rows))


def _show_cancellations(scene: Scene, day: ShownDay, sums: Sequence[DaySums], currency: str) -> None:
    words, of_days = scene.words, day.among(sums, _CANCELLATION_DAYS)
    shown = replace(total(of_days, currency), cancellations=total(of_days).cancellations)
    found = cancelled_days(scene.ask, day, _CANCELLATION_DAYS, currency)
    matched = sum(each.cancellations for each in found), sum(each.cancelled_minor for each in found)
    agrees = matched == (shown.cancellations, shown.cancelled_minor)
    note = words.cancellations_note if agrees else f"{words.cancellations_note} {_being_counted(scene, CANCELLATIONS)}"
    st.html(heading(words.cancellations, note))
    if not found and agrees:
        st.caption(words.nothing_cancelled)
        return
    left, right = st.columns((2, 1), gap="large")
    if found:
        with left:
            show_chart(scene.charts.cancellations(found, **day.span(_CANCELLATION_DAYS)), "cancellations")
    median = days_to_cancel(scene.ask, day, _CANCELLATION_DAYS)
    right.html(figures([*_cancelled(scene, shown, currency), *_matched(scene, found, median)]))


def _cancelled(scene: Scene, sums: Sums, currency: str) -> list[Figure]:
    """By the same table as the day's own figures."""
    words, numbers = scene.words, scene.words.numbers
    days = words.days.format(count=_CANCELLATION_DAYS)
    return [
        Figure(f"{words.cancellations}, {days}", numbers.count(sums.cancellations)),
        Figure(f"{words.cancelled}, {days}, {currency}", numbers.money(sums.cancelled_minor, currency)),
    ]


def _matched(scene: Scene, found: Sequence[CancelledDay], median: float | None) -> list[Figure]:
    """What is known of the orders that they cancel."""
    words, numbers = scene.words, scene.words.numbers
    counted = sum(each.cancellations for each in found)
    orphans = sum(each.cancellations for each in found if each.is_orphan)
    return [
        Figure(words.orphans, numbers.count(orphans), numbers.percent(orphans / counted) if counted else ""),
        Figure(words.days_to_cancel, "\u2014" if median is None else numbers.count(median)),
    ]
