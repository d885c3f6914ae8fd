"""When people are told: once when something goes wrong, at most hourly while it stays so, once when it is over. Pure rules.

No rule takes a clock for one that only runs forward: where a noted time lies in the future, the clock was set back, and the span
begins anew.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Final

from orders_platform.alerts.signal import Severity, Signal, State, Topic

UPDATE_SECONDS: Final = 3600.0


class Kind(StrEnum):
    """Of an edge."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Symptom:
    """A watched thing that is not well."""

    severity: Severity
    since: float
    said: str
    where: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something about one topic that people were told of.

    Attributes:
        severity: the worst so far.
        symptoms: what is not well now, by the signal's key.
        shown: what the newest edge told of.
        told: how many edges there were.
        good_since: since when nothing is wrong any more; None while something is.
        closed_at: None while it is open.
    """

    id: str
    topic: Topic
    severity: Severity
    opened_at: float
    told_at: float
    told: int
    symptoms: Mapping[str, Symptom] = field(default_factory=dict)
    shown: Mapping[str, Symptom] = field(default_factory=dict)
    good_since: float | None = None
    closed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A change that people are told of; `incident` is as it was then."""

    incident: Incident
    kind: Kind
    at: float

    @property
    def key(self) -> str:
        """The same however often it is sent: by it a receiver knows a repetition."""
        return f"{self.incident.id}-{self.incident.told}"


def judge(
    open_now: Mapping[str, Incident], signals: Iterable[Signal], now: float, new_id: Callable[[], str]
) -> tuple[list[Incident], list[Edge]]:
    """Incidents that changed, by what was found in this order, and what is to be told of them.

    Args:
        open_now: by their topics' keys.
        signals: a thing may be in it more than once, the newest last.
        new_id: makes a name for a new incident.
    """
    by_topic = groupby(sorted(signals, key=lambda signal: signal.topic.key), key=attrgetter("topic"))
    found: dict[str, list[Signal]] = {}
    topics: dict[str, Topic] = {}
    for topic, group in by_topic:
        topics[topic.key] = topic
        found.setdefault(topic.key, []).extend(group)
    # one whose topic nobody looked at may have come to rest, too
    quiet = {key: incident.topic for key, incident in open_now.items() if key not in topics}
    changed, edges = [], []
    for key, topic in (topics | quiet).items():
        before = open_now.get(key)
        after, told = _judged(before, topic, found.get(key, []), now=now, new_id=new_id)
        edges += told
        if after and after != before:
            changed.append(after)
    return changed, edges


def _judged(
    before: Incident | None, topic: Topic, signals: Sequence[Signal], *, now: float, new_id: Callable[[], str]
) -> tuple[Incident | None, list[Edge]]:
    wrong = {signal.key: _symptom(signal) for signal in signals if signal.state is State.BAD}
    edges: list[Edge] = []
    incident = before and _by_this_clock(replace(before, topic=topic), now)
    if incident is None:
        if not wrong:
            return None, []
        worst = max(symptom.severity for symptom in wrong.values())
        incident = Incident(new_id(), topic, worst, now, now, 1, shown=wrong)
        edges.append(Edge(incident, Kind.OPENED, now))
    elif wrong:
        incident, told = _updated(incident, _earliest(incident.symptoms, wrong), now)
        edges += told
    incident = replace(incident, symptoms=_after(incident.symptoms, signals))
    if incident.symptoms:
        return replace(incident, good_since=None), edges
    return _settled(incident, now, edges)


def _updated(incident: Incident, wrong: Mapping[str, Symptom], now: float) -> tuple[Incident, list[Edge]]:
    """Told at once where it grew worse than people know, since others are to be told then; else at most once an hour."""
    worst = max(symptom.severity for symptom in wrong.values())
    is_worse = worst > incident.severity
    is_time = now - incident.told_at >= UPDATE_SECONDS and wrong != incident.shown
    if not (is_worse or is_time):
        return incident, []
    told = replace(incident, severity=max(worst, incident.severity), told_at=now, told=incident.told + 1, shown=wrong)
    return told, [Edge(told, Kind.UPDATED, now)]


def _settled(incident: Incident, now: float, edges: list[Edge]) -> tuple[Incident, list[Edge]]:
    """Over, where it has been well for long enough."""
    since = now if incident.good_since is None else incident.good_since
    if now - since < incident.topic.settle_seconds:
        return replace(incident, good_since=since), edges
    over = replace(incident, good_since=since, closed_at=now, told_at=now, told=incident.told + 1)
    return over, [*edges, Edge(over, Kind.CLOSED, now)]


def _after(symptoms: Mapping[str, Symptom], signals: Sequence[Signal]) -> dict[str, Symptom]:
    """What is not well after all of it, one by one."""
    left = dict(symptoms)
    for signal in signals:
        if signal.state is State.BAD:
            left |= _earliest(left, {signal.key: _symptom(signal)}, whole=False)
        elif signal.state is State.GOOD:
            left.pop(signal.key, None)
    return left


def _earliest(known: Mapping[str, Symptom], wrong: Mapping[str, Symptom], *, whole: bool = True) -> dict[str, Symptom]:
    """`wrong`, each since it was first found so; with what was known besides, where the `whole` is asked for."""
    dated = {
        key: replace(symptom, since=min(symptom.since, known[key].since)) if key in known else symptom
        for key, symptom in wrong.items()
    }
    return {**known, **dated} if whole else dated


def _symptom(signal: Signal) -> Symptom:
    return Symptom(signal.severity, signal.since, signal.said, signal.where, signal.was)


def _by_this_clock(incident: Incident, now: float) -> Incident:
    """The incident with no time in it that is still to come."""
    good_since = None if incident.good_since is None else min(incident.good_since, now)
    return replace(incident, told_at=min(incident.told_at, now), good_since=good_since)
