"""The control room as Streamlit runs it: the page's frame, and a refresh every few seconds that leaves the frame alone."""

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

import streamlit as st

from orders_platform.errors import PlatformError
from orders_platform.lakehouse.report import TableReport
from orders_platform.serving.blocks import head
from orders_platform.serving.incidents import window_of
from orders_platform.serving.languages import LANGUAGES, language_of
from orders_platform.serving.platform_state import show_platform, show_state
from orders_platform.serving.running import WINDOW
from orders_platform.serving.sales import show_sales
from orders_platform.serving.scene import Scene, guarded, show_away
from orders_platform.serving.source import Source, TableAway
from orders_platform.serving.sources import source_of
from orders_platform.serving.views import DARK, LIGHT
from orders_platform.serving.words import Words
from orders_platform.settings import Settings

# that a page is old is said after so long, or after three refreshes that did not come
_PATIENCE_SECONDS: Final = 30


def main() -> None:
    """Draw the frame once; what is inside draws itself again and again."""
    # an icon of its own: one of Streamlit's would be fetched from elsewhere
    st.set_page_config(page_title="orders_platform", page_icon=_file("room.svg"), layout="wide")
    st.html(Path(_file("room.css")))
    try:
        settings = Settings.load()
        source = source_of(settings)
    except PlatformError as fault:
        st.error(str(fault))
        return
    st.fragment(_refresh, run_every=source.refresh_seconds)(settings)


def _refresh(settings: Settings) -> None:
    """One look at the lake, and all that it shows."""
    source, now = source_of(settings), datetime.now(UTC)
    palette = DARK if st.context.theme.type == "dark" else LIGHT
    top = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    line = top.container(gap=None)
    with top:
        language = _language()
    words = LANGUAGES[language]
    here = now.astimezone(settings.zone)
    line.html(
        head(
            words.title,
            settings.environment,
            words.as_of.format(time=f"{here:%H:%M:%S}", zone=settings.timezone),
            old=words.not_refreshed,
            patience=max(_PATIENCE_SECONDS, 3 * source.refresh_seconds),
        )
    )
    # for those who are read to; the language is one of ours
    line.html(f"<script>document.documentElement.lang = '{language}'</script>", unsafe_allow_javascript=True)
    with source.look() as ask:
        scene = Scene(
            ask=ask,
            reports=_reports(source, now, words),
            incidents=window_of(settings).look(now),
            now=now,
            zone=settings.zone,
            trading=settings.trading,
            language=language,
            palette=palette,
            runbook=settings.alerts.runbook_url,
        )
        show_state(scene)
        sales, platform = st.tabs([words.sales, words.platform], on_change="rerun", key=f"tab-{language}")
        if sales.open:
            with sales:
                guarded(scene, show_sales)
        if platform.open:
            with platform:
                guarded(scene, show_platform)


def _reports(source: Source, now: datetime, words: Words) -> list[TableReport]:
    """What the ledger tells; where it cannot be read, a sentence, and the page goes on without it."""
    try:
        return source.reports(now - WINDOW)
    except TableAway as away:
        show_away(away, words)
        return []


def _language() -> str:
    """The one that the address asks for, or was clicked, or the browser's own."""
    chosen = st.segmented_control(
        "Language",
        list(LANGUAGES),
        default=language_of(st.context.locale),
        required=True,
        key="lang",
        label_visibility="collapsed",
        bind="query-params",
    )
    return chosen or "en"


def _file(name: str) -> str:
    return str(files("orders_platform.serving").joinpath(name))


if __name__ == "__main__":
    main()
