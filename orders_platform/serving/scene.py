"""What every part of the page needs to draw itself: whom to ask, what time it is, in which language, on which ground."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from orders_platform.lakehouse.report import TableReport
from orders_platform.serving.incidents import Incidents
from orders_platform.serving.languages import LANGUAGES
from orders_platform.serving.source import Ask, TableAway
from orders_platform.serving.views import Chart, Charts, Palette
from orders_platform.serving.words import Words
from orders_platform.trading import TradingHours


@dataclass(frozen=True, slots=True)
class Scene:
    """One refresh.

    Attributes:
        runbook: address of the runbook's page; None: its path in the project.
    """

    ask: Ask
    reports: Sequence[TableReport]
    incidents: Incidents
    now: datetime
    zone: ZoneInfo
    trading: TradingHours
    language: str
    palette: Palette
    runbook: str | None

    @property
    def charts(self) -> Charts:
        """All that is drawn."""
        return Charts(self.words, self.palette)

    @property
    def words(self) -> Words:
        """All that is said."""
        return LANGUAGES[self.language]


def guarded(scene: Scene, draw: Callable[[Scene], None]) -> None:
    """Draw a part; where its table is away, a sentence stands in its place."""
    try:
        draw(scene)
    except TableAway as away:
        show_away(away, scene.words)


def show_away(away: TableAway, words: Words) -> None:
    """Say which table is away, and why."""
    st.info((words.table_missing if away.is_missing else words.table_unreadable).format(table=away.table))


def show_chart(chart: Chart, key: str) -> None:
    """Put a chart on the page; by its key it stays the same one from refresh to refresh."""
    st.altair_chart(chart, width="stretch", theme=None, key=key)
