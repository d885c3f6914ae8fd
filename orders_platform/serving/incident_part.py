"""The page's incidents: what, how bad, since when, and where to look."""

import streamlit as st

from orders_platform.serving.blocks import Cell, Column, Mood, heading, table
from orders_platform.serving.incidents import Kept, OpenIncident
from orders_platform.serving.meanings import incident_title
from orders_platform.serving.scene import Scene

_RUNBOOK = "docs/{language}/alerts.md"
_MOST_SAID = 5


def incidents_state(scene: Scene) -> list[tuple[Mood, str]]:
    """For the page's first line; nothing where none are kept."""
    words, found = scene.words, scene.incidents.found
    if scene.incidents.kept is Kept.NOWHERE:
        return []
    if scene.incidents.kept is Kept.AWAY:
        return [("none", words.incidents_away)]
    if not found:
        return [("good", words.no_incidents)]
    mood: Mood = "bad" if any(each.is_critical for each in found) else "warn"
    return [(mood, words.one_incident if len(found) == 1 else words.open_incidents.format(count=len(found)))]


def show_incidents(scene: Scene) -> None:
    """Each open one."""
    words, found = scene.words, scene.incidents.found
    notes = {
        Kept.NOWHERE: words.incidents_nowhere,
        Kept.AWAY: words.incidents_away_note,
        Kept.HERE: words.incidents_note if found else words.no_incidents_note,
    }
    st.html(heading(words.incidents, notes[scene.incidents.kept]))
    if found:
        columns = (Column(words.severity), Column(words.what), Column(words.since), Column(words.look))
        st.html(table(columns, [_row(scene, each) for each in found]))


def _row(scene: Scene, incident: OpenIncident) -> tuple[Cell, ...]:
    words = scene.words
    more = len(incident.said) - _MOST_SAID
    said = incident.said[:_MOST_SAID] + ((words.more.format(count=more),) if more > 0 else ())
    runbook = f"{scene.runbook or _RUNBOOK.format(language=scene.language)}#{incident.page}"
    return (
        Cell(words.critical if incident.is_critical else words.warning, mood="bad" if incident.is_critical else "warn"),
        Cell(incident_title(incident.topic, incident.title, scene.language), below=said),
        Cell(words.ago.format(age=words.numbers.age(incident.since, scene.now))),
        Cell("Dagster" if incident.look else "", link=incident.look, below=(runbook,)),
    )
