"""The page's quarantine: by reason, then positions, then one message, without a word of it that may tell of a person."""

from collections.abc import Sequence

import streamlit as st

from orders_platform.lakehouse.quarantine.words import told
from orders_platform.serving.blocks import Cell, Column, code, heading, table
from orders_platform.serving.covered import covered
from orders_platform.serving.meanings import meaning
from orders_platform.serving.running import Position, by_reason, quarantine, quarantined, quarantined_body
from orders_platform.serving.scene import Scene, guarded

_SHOW = "orders-platform quarantine show {position} --language {language}"


def show_quarantine(scene: Scene) -> None:
    """What waits there; where its table is away, a sentence."""
    guarded(scene, _show_reasons)


def _show_reasons(scene: Scene) -> None:
    words, numbers = scene.words, scene.words.numbers
    reasons = by_reason(quarantine(scene.ask))
    st.html(heading(words.quarantine, words.quarantine_note if reasons else words.nothing_quarantined))
    if not reasons:
        return
    most = max(reasons.values())
    rows = [
        (Cell(reason, bar=messages / most, hint=meaning(reason, scene.language)), Cell(numbers.count(messages)))
        for reason, messages in reasons.items()
    ]
    left, right = st.columns(2, gap="large")
    left.html(table((Column(words.rule), Column(words.messages, is_number=True)), rows))
    reason = right.pills(words.show_rule, list(reasons), key="reason")
    if reason:
        right.caption(meaning(reason, scene.language))
        found = {str(each): each for each in quarantined(scene.ask, reason)}
        chosen = right.selectbox(
            words.show_message, list(found), index=None, placeholder=words.position, key=f"position-{reason}"
        )
        st.html(_positions(scene, list(found.values())))
        if chosen:
            _show_message(scene, found[chosen])


def _show_message(scene: Scene, position: Position) -> None:
    """As `quarantine show` tells it, less all values that may be personal."""
    words = scene.words
    left, right = st.columns(2, gap="large")
    why = [(Cell(each.rule, below=(each.demands, each.to_do)),) for each in told(position.reasons, scene.language)]
    left.html(table((Column(words.broken),), why))
    left.html(heading(words.whole_message, words.whole_message_note))
    left.html(code(_SHOW.format(position=position, language=scene.language)))
    body = covered(quarantined_body(scene.ask, position))
    right.html(heading(words.body, words.body_note))
    right.html(code(body or words.no_body))


def _positions(scene: Scene, found: Sequence[Position]) -> str:
    words = scene.words
    columns = (
        Column(words.position),
        Column(words.taken_at, is_number=True),
        Column(words.attempt, is_number=True),
        Column(words.broken),
    )
    rows = [
        (
            Cell(str(each)),
            Cell(f"{each.enqueued_at.astimezone(scene.zone):%Y-%m-%d %H:%M:%S}"),
            Cell(str(each.attempt)),
            Cell(", ".join(each.reasons)),
        )
        for each in found
    ]
    return table(columns, rows, is_long=True)
