"""The page's first half: what the shop sells."""

from collections.abc import Sequence

import streamlit as st

from orders_platform.serving.blocks import Cell, Column, Figure, figures, heading, table
from orders_platform.serving.reading import (
    DaySums,
    Ranked,
    ShownDay,
    Sums,
    cancelled_days,
    currencies,
    day_sums,
    days_to_cancel,
    minute_sums,
    shown_day,
    top_countries,
    top_products,
)
from orders_platform.serving.scene import Scene, guarded, show_chart
from orders_platform.serving.source import TableAway
from orders_platform.serving.weekday import Against, against_weekdays

_SPANS = (1, 7, 28)
_CANCELLATION_DAYS = 28


def show_sales(scene: Scene) -> None:
    """Everything about one day, and the days before it."""
    try:
        day = shown_day(scene.ask, scene.now, scene.zone)
    except TableAway as away:
        if not away.is_missing:
            raise
        st.info(scene.words.no_lake)
        return
    if day is None:
        st.info(scene.words.no_orders)
        return
    if not day.is_today:
        st.info(scene.words.another_day.format(day=scene.words.numbers.day(day.day)))
    sums = day_sums(scene.ask, day, max(_SPANS))
    currency = _currency(scene, currencies(sums))
    guarded(scene, lambda scene: _show_day(scene, day, [each for each in sums if each.day == day.day], currency))
    _show_ranks(scene, day, currency)
    guarded(scene, lambda scene: _show_cancellations(scene, day, currency))


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
    against = against_weekdays(minutes, day)
    place.html(figures([*_counts(scene, day, sums, against), *_money(scene, sums, currency)]))
    st.html(heading(scene.words.by_minute, scene.words.by_minute_note))
    of_day = [each for each in minutes if each.minute.date() == day.day]
    charts = scene.charts.by_minute(of_day, day, currency)
    for column, chart, key in zip(st.columns(2, gap="large"), charts, ("orders", "net"), strict=True):
        with column:
            show_chart(chart, key)
    _show_weekday(scene, against)


def _counts(scene: Scene, day: ShownDay, sums: Sequence[DaySums], against: Against) -> list[Figure]:
    words, numbers, change = scene.words, scene.words.numbers, against.change
    weekday = numbers.long_weekdays[day.day.weekday()]
    usual = "" if change is None else words.against_usual.format(change=numbers.change(change), weekday=weekday)
    return [
        Figure(words.orders, numbers.count(sum(each.sums.orders for each in sums)), usual),
        Figure(words.cancellations, numbers.count(sum(each.sums.cancellations for each in sums))),
    ]


def _money(scene: Scene, sums: Sequence[DaySums], currency: str) -> list[Figure]:
    words, numbers = scene.words, scene.words.numbers
    money = next((each.sums for each in sums if each.currency == currency), Sums())
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


def _show_weekday(scene: Scene, against: Against) -> None:
    words = scene.words
    note = words.same_weekday_note.format(weeks=against.weeks) if against.weeks else words.no_past_weekdays
    st.html(heading(words.same_weekday, note))
    show_chart(scene.charts.weekday(against), "weekday")


def _show_ranks(scene: Scene, day: ShownDay, currency: str) -> None:
    words = scene.words
    names = {1: words.numbers.day(day.day) if not day.is_today else words.today}
    days = st.segmented_control(
        words.span,
        _SPANS,
        default=1,
        required=True,
        key="days",
        label_visibility="collapsed",
        format_func=lambda days: names.get(days, words.days.format(count=days)),
    )
    left, right = st.columns(2, gap="large")
    with left:
        guarded(scene, lambda scene: _ranked(
            scene, (words.products, words.product, words.units), top_products(scene.ask, day, days or 1, currency), currency
        ))  # fmt: skip
    with right:
        guarded(scene, lambda scene: _ranked(
            scene, (words.countries, words.country, words.orders), top_countries(scene.ask, day, days or 1, currency), currency
        ))  # fmt: skip


def _ranked(scene: Scene, titles: tuple[str, str, str], ranked: Sequence[Ranked], currency: str) -> None:
    words, numbers, (title, name, amount) = scene.words, scene.words.numbers, titles
    st.html(heading(title))
    if not ranked:
        st.caption(words.nothing_sold)
        return
    most = max(1, *(each.net_minor for each in ranked))
    rows = [
        (
            Cell(each.name, bar=each.net_minor / most),
            Cell(numbers.count(each.amount)),
            Cell(numbers.money(each.net_minor, currency)),
        )
        for each in ranked
    ]
    st.html(table((Column(name), Column(amount, is_number=True), Column(f"{words.net}, {currency}", is_number=True)), rows))


def _show_cancellations(scene: Scene, day: ShownDay, currency: str) -> None:
    words, numbers = scene.words, scene.words.numbers
    st.html(heading(words.cancellations, words.cancellations_note))
    found = cancelled_days(scene.ask, day, _CANCELLATION_DAYS, currency)
    if not found:
        st.caption(words.nothing_cancelled)
        return
    count = sum(each.cancellations for each in found)
    orphans = sum(each.cancellations for each in found if each.is_orphan)
    median = days_to_cancel(scene.ask, day, _CANCELLATION_DAYS)
    left, right = st.columns((2, 1), gap="large")
    with left:
        show_chart(scene.charts.cancellations(found, **day.span(_CANCELLATION_DAYS)), "cancellations")
    right.html(figures([
        Figure(words.cancellations, numbers.count(count)),
        Figure(f"{words.cancelled}, {currency}", numbers.money(sum(each.cancelled_minor for each in found), currency)),
        Figure(words.orphans, numbers.count(orphans), numbers.percent(orphans / count)),
        Figure(words.days_to_cancel, "\u2014" if median is None else numbers.count(median)),
    ]))  # fmt: skip
