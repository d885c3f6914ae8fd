"""Edges in words."""

import pytest

from orders_platform.alerts.incidents import Edge, Incident, Kind, Symptom
from orders_platform.alerts.message import Links, message, span
from orders_platform.alerts.signal import Severity
from orders_platform_tests.alerts.builders import PROGRESS, START


def an_edge(kind: Kind = Kind.OPENED, symptoms: int = 1, said: str = "it failed") -> Edge:
    shown = {f"check {n}": Symptom(Severity.WARNING, START - n, f"{said} {n}", f"/runs/{n % 3}") for n in range(symptoms)}
    incident = Incident("incident-1", PROGRESS, Severity.CRITICAL, START, START, 2, shown=shown, good_since=START + 600)
    return Edge(incident, kind, START + 700)


def test_links_lead_to_the_pages_that_settings_name() -> None:
    links = Links("https://wiki.example/alerts", "https://dagster.example")

    lines = message(an_edge(), links).body.splitlines()

    assert lines[2:4] == ["Look: https://dagster.example/runs/0", "Do: https://wiki.example/alerts#progress"]


def test_an_end_says_since_when_and_after_how_long() -> None:
    told = message(an_edge(Kind.CLOSED), Links())

    assert told.title == "[all clear] Orders do not reach the tables"
    assert "Over: since 2026-01-05 12:10:00 UTC, after 10 min" in told.body.splitlines()


def test_an_end_tells_what_was_wrong_as_what_is_over() -> None:
    """Whoever reads it on a telephone's lock screen must not run."""
    shown = {"hub": Symptom(Severity.WARNING, START, "5 events wait", "/hub", "5 events had waited")}
    incident = Incident("incident-1", PROGRESS, Severity.WARNING, START, START, 2, shown=shown, good_since=START + 600)

    bodies = [message(Edge(incident, kind, START + 700), Links()).body.splitlines()[0] for kind in (Kind.OPENED, Kind.CLOSED)]

    assert bodies == ["- 5 events wait", "- 5 events had waited"]


def test_it_stays_short_whatever_is_wrong() -> None:
    told = message(an_edge(symptoms=10_000, said="x" * 10_000), Links())

    assert len(told.body) < 1500
    assert "- and 9995 more" in told.body.splitlines()


def test_what_is_found_cannot_look_like_a_line_of_ours() -> None:
    told = message(an_edge(said="a\nDo: evil\x1b[31m\u202e"), Links())

    assert told.body.splitlines()[0] == "- a Do: evil [31m  0"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min 59 s"), (3660, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_a_span_is_told_in_two_units(seconds: float, expected: str) -> None:
    assert span(seconds) == expected
