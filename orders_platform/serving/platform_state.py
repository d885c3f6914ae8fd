"""The page's second half: how the platform runs."""

from collections.abc import Sequence

import streamlit as st

from orders_platform.lakehouse.gold.table import DAILY_SALES
from orders_platform.serving.blocks import Cell, Column, Figure, Mood, figures, heading, state, table
from orders_platform.serving.incident_part import incidents_state, show_incidents
from orders_platform.serving.meanings import meaning
from orders_platform.serving.quarantine_part import show_quarantine
from orders_platform.serving.running import (
    FEWEST,
    WINDOW,
    Checked,
    Freshness,
    freshness,
    lag,
    newest_at,
    newest_checks,
    quarantine,
)
from orders_platform.serving.scene import Scene
from orders_platform.serving.source import TableAway

_NONE = "\u2014"


def show_state(scene: Scene) -> None:
    """One line: is all well?"""
    st.html(state([_newest(scene), *incidents_state(scene), _checks_state(scene), *_late(scene), *_aside(scene)]))


def show_platform(scene: Scene) -> None:
    """Incidents, lag, tables, checks, quarantine."""
    show_incidents(scene)
    _show_lag(scene)
    _show_tables(scene)
    _show_checks(scene)
    show_quarantine(scene)


def _newest(scene: Scene) -> tuple[Mood, str]:
    newest = newest_at(scene.reports, DAILY_SALES.key)
    if newest is None:
        return "none", scene.words.no_newest_order
    mood: Mood = "good" if scene.now - newest < WINDOW else "none"
    return mood, scene.words.newest_order.format(age=scene.words.numbers.age(newest, scene.now))


def _checks_state(scene: Scene) -> tuple[Mood, str]:
    words, found = scene.words, newest_checks(scene.reports)
    failed = sum(_mood(each) == "bad" for each in found)
    warning = sum(_mood(each) == "warn" for each in found)
    if failed:
        return "bad", words.checks_fail.format(count=failed)
    if warning:
        return "warn", words.checks_warn.format(count=warning)
    return ("good", words.checks_good.format(count=len(found))) if found else ("none", words.no_checks)


def _late(scene: Scene) -> list[tuple[Mood, str]]:
    late = sum(each.is_late for each in freshness(scene.reports, scene.now, scene.trading)) if scene.reports else 0
    return [("bad", scene.words.tables_late.format(count=late))] if late else []


def _aside(scene: Scene) -> list[tuple[Mood, str]]:
    try:
        messages = sum(each.messages for each in quarantine(scene.ask))
    except TableAway:
        return []
    return [("warn" if messages else "good", scene.words.in_quarantine.format(count=scene.words.numbers.count(messages)))]


def _show_lag(scene: Scene) -> None:
    words, numbers, told = scene.words, scene.words.numbers, lag(scene.reports, scene.now)
    st.html(heading(words.lag, words.lag_note if told.passes else words.no_fill))
    few = words.few_passes.format(count=FEWEST) if told.passes < FEWEST else ""
    waits = (words.half_within, told.half, few), (words.most_within, told.most, few), (words.longest_wait, told.longest, "")
    st.html(figures([
        *(Figure(name, _NONE if seconds is None else numbers.span(seconds), note) for name, seconds, note in waits),
        Figure(words.passes, numbers.count(told.passes)),
    ]))  # fmt: skip


def _show_tables(scene: Scene) -> None:
    words = scene.words
    st.html(heading(words.freshness, words.freshness_note))
    columns = (
        Column(words.table),
        Column(words.rows, is_number=True),
        Column(words.last_filled, is_number=True),
        Column(words.newest_message, is_number=True),
    )
    st.html(table(columns, [_freshness_row(scene, each) for each in freshness(scene.reports, scene.now, scene.trading)]))


def _freshness_row(scene: Scene, told: Freshness) -> tuple[Cell, ...]:
    words, numbers = scene.words, scene.words.numbers
    mood: Mood = "bad" if told.is_late else "good" if told.filled_at else "none"
    filled, newest = (words.ago.format(age=numbers.age(at, scene.now)) if at else "" for at in (told.filled_at, told.newest_at))
    late = f" \u00b7 {words.late}" if told.is_late else ""
    return (
        Cell(told.table, mood=mood),
        Cell(_NONE if told.rows is None else numbers.count(told.rows)),
        Cell((filled or words.never) + late),
        Cell(newest or _NONE),
    )


def _show_checks(scene: Scene) -> None:
    words, found = scene.words, newest_checks(scene.reports)
    st.html(heading(words.checks, words.checks_note if found else words.no_checks))
    failing = [each for each in found if not each.check.passed]
    if failing:
        st.html(_checks_table(scene, failing))
    if found:
        with st.expander(words.all_checks.format(count=len(found))):
            st.html(_checks_table(scene, found))


def _checks_table(scene: Scene, found: Sequence[Checked]) -> str:
    words, numbers = scene.words, scene.words.numbers
    results = {"good": words.passed, "warn": words.warns, "bad": words.failed}
    rows = [
        (
            Cell(results[_mood(each)], mood=_mood(each)),
            Cell(each.table),
            Cell(each.check.name, hint=meaning(each.check.name, scene.language)),
            Cell(words.ago.format(age=numbers.age(each.at, scene.now))),
        )
        for each in found
    ]
    return table(
        (Column(words.result), Column(words.table), Column(words.check), Column(words.last_filled, is_number=True)), rows
    )


def _mood(checked: Checked) -> Mood:
    return "good" if checked.check.passed else "warn" if checked.check.warn_only else "bad"
