"""An edge in words: what, since when, how bad, where to look, what to do. Short, and free of anything personal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from orders_platform.alerts.incidents import Edge, Kind, Symptom
from orders_platform.alerts.signal import Severity

_RUNBOOK: Final = "docs/en/alerts.md"
_MOST_SYMPTOMS: Final = 5
_MOST_PLACES: Final = 2
_LONGEST_SAID: Final = 200
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Message:
    """What one edge says.

    Attributes:
        key: the same at each repetition.
    """

    key: str
    kind: Kind
    severity: Severity
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where people read on.

    Attributes:
        runbook: address of the runbook's page; None: its path in the project.
        dagster: address of Dagster's pages; None: paths stand alone.
    """

    runbook: str | None = None
    dagster: str | None = None

    def page(self, heading: str) -> str:
        """The runbook's section of that heading."""
        return f"{self.runbook or _RUNBOOK}#{heading}"

    def look(self, path: str) -> str:
        """A page of Dagster."""
        return f"{self.dagster or 'Dagster: '}{path}"


def message(edge: Edge, links: Links) -> Message:
    """What people are sent."""
    incident = edge.incident
    lines = [
        *_symptoms(list(incident.shown.values()), is_over=edge.kind is Kind.CLOSED),
        *_span(edge),
        *(f"Look: {links.look(path)}" for path in _places(incident.shown.values())),
        f"Do: {links.page(incident.topic.page)}",
        f"Reference: {edge.key}",
    ]
    return Message(edge.key, edge.kind, incident.severity, f"{_head(edge)} {incident.topic.title}", "\n".join(lines))


def span(seconds: float) -> str:
    """A length of time, in its two largest units at most."""
    whole = max(0, round(seconds))
    for size, name, smaller, small_name in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name}" + (f" {rest} {small_name}" if rest else "")
    return f"{whole} s"


def moment(at: float) -> str:
    """A time, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _head(edge: Edge) -> str:
    return "[all clear]" if edge.kind is Kind.CLOSED else f"[{edge.incident.severity.word}]"


def _span(edge: Edge) -> list[str]:
    incident = edge.incident
    began = min([incident.opened_at, *(symptom.since for symptom in incident.shown.values())])
    if edge.kind is Kind.CLOSED:
        over = edge.at if incident.good_since is None else incident.good_since
        return [f"Over: since {moment(over)}, after {span(over - began)}"]
    return [f"Since: {moment(began)} ({span(edge.at - began)})"]


def _symptoms(symptoms: Sequence[Symptom], *, is_over: bool) -> list[str]:
    first = sorted(symptoms, key=_worst_first)[:_MOST_SYMPTOMS]
    lines = [f"- {_one_line((is_over and symptom.was) or symptom.said)}" for symptom in first]
    more = len(symptoms) - _MOST_SYMPTOMS
    return [*lines, f"- and {more} more"] if more > 0 else lines


def _places(symptoms: Iterable[Symptom]) -> list[str]:
    """The pages to look at first: of the worst and oldest ones, each once."""
    in_order = sorted(symptoms, key=_worst_first)
    return list(dict.fromkeys(symptom.where for symptom in in_order if symptom.where))[:_MOST_PLACES]


def _worst_first(symptom: Symptom) -> tuple[int, float, str]:
    return -symptom.severity, symptom.since, symptom.said


def _one_line(text: str) -> str:
    plain = "".join(one if one.isprintable() else " " for one in text)
    return plain if len(plain) <= _LONGEST_SAID else f"{plain[: _LONGEST_SAID - 1]}…"
