"""When people are told: each rule by itself, and all of them over random histories."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_platform.alerts.incidents import UPDATE_SECONDS, Edge, Incident, Kind, judge
from orders_platform.alerts.signal import Severity, Signal, State
from orders_platform_tests.alerts.builders import PROGRESS, QUARANTINE, START, Names, bad, good, unknown

WARNING, CRITICAL = Severity


class History:
    """Looks one after the other, and what was told."""

    def __init__(self) -> None:
        self.open: dict[str, Incident] = {}
        self.edges: list[Edge] = []
        self._names = Names()

    def look(self, now: float, *signals: Signal) -> list[str]:
        """What one look has told."""
        changed, edges = judge(self.open, signals, now, self._names)
        for incident in changed:
            self.open[incident.topic.key] = incident
            if incident.closed_at is not None:
                del self.open[incident.topic.key]
        self.edges += edges
        return [edge.kind.value for edge in edges]


@pytest.fixture
def history() -> History:
    return History()


def test_what_stays_bad_is_told_once_and_once_that_it_is_over(history: History) -> None:
    told = [history.look(START + second, bad()) for second in range(0, 600, 10)]

    assert told == [["opened"], *[[]] * 59]
    assert history.look(START + 600, good()) == ["closed"]
    assert history.look(START + 610, good()) == []


def test_a_thousand_symptoms_at_once_are_one_incident(history: History) -> None:
    assert history.look(START, *(bad(f"check {number}") for number in range(1000))) == ["opened"]
    assert history.look(START + 10, *(good(f"check {number}") for number in range(999))) == []
    assert history.look(START + 20, good("check 999")) == ["closed"]


def test_what_changes_is_told_at_most_once_an_hour(history: History) -> None:
    told = [history.look(START + second, bad(said=f"for {second} s")) for second in range(0, 3 * 3600, 60)]

    assert [number for number, kinds in enumerate(told) if kinds] == [0, 60, 120]


def test_what_does_not_change_is_not_told_again(history: History) -> None:
    assert [history.look(START + hour * UPDATE_SECONDS, bad()) for hour in range(5)] == [["opened"], [], [], [], []]


def test_growing_worse_is_told_at_once_for_then_others_are_told(history: History) -> None:
    history.look(START, bad())

    assert history.look(START + 10, bad(severity=CRITICAL)) == ["updated"]
    assert history.look(START + 20, bad()) == []
    assert history.look(START + 30, bad(severity=CRITICAL)) == []
    assert history.look(START + 40, good()) == ["closed"]
    assert [edge.incident.severity for edge in history.edges] == [WARNING, CRITICAL, CRITICAL]


def test_what_did_not_answer_stays_as_it_was_known(history: History) -> None:
    assert history.look(START, unknown()) == []
    history.look(START + 10, bad())

    assert history.look(START + 20, unknown()) == []
    assert history.look(START + 30) == []
    assert history.look(START + 40, good()) == ["closed"]


def test_what_was_bad_between_two_looks_is_told(history: History) -> None:
    assert history.look(START, bad(), good()) == ["opened", "closed"]


def test_what_every_pass_judges_anew_is_over_when_it_was_well_for_a_while(history: History) -> None:
    told = [
        history.look(START + second, bad(topic=QUARANTINE) if second % 60 == 0 and second < 600 else good(topic=QUARANTINE))
        for second in range(0, 1200, 10)
    ]

    assert [kinds for kinds in told if kinds] == [["opened"], ["closed"]]
    assert history.edges[-1].at == START + 540 + 10 + QUARANTINE.settle_seconds


def test_an_incident_that_nobody_looks_at_any_more_settles(history: History) -> None:
    history.look(START, bad(topic=QUARANTINE), good(topic=QUARANTINE))

    assert history.look(START + 301) == ["closed"]


@pytest.mark.parametrize("step", [-10 * 3600, 10 * 3600])
def test_nothing_is_told_twice_when_the_clock_is_set(history: History, step: float) -> None:
    """And an hour later what changed is told, by the new clock."""
    history.look(START, bad(said="first"))
    history.look(START + step, bad(said="second"))
    told = [history.look(START + step + second, bad(said=f"{second}")) for second in range(60, 7200, 60)]

    assert sum(bool(kinds) for kinds in told) <= 2
    assert sum(bool(kinds) for kinds in told[:58]) == 0
    assert history.look(START + step + 7300, good()) == ["closed"]
    assert [edge.kind for edge in history.edges].count(Kind.OPENED) == 1


def test_a_settled_span_begins_anew_when_the_clock_is_set_back(history: History) -> None:
    history.look(START, bad(topic=QUARANTINE))
    history.look(START + 10, good(topic=QUARANTINE))

    assert history.look(START - 7200, good(topic=QUARANTINE)) == []
    assert history.look(START - 7200 + 301, good(topic=QUARANTINE)) == ["closed"]


SIGNALS = st.builds(
    Signal,
    key=st.sampled_from(["a", "b", "c"]),
    topic=st.sampled_from([PROGRESS, QUARANTINE, replace(PROGRESS, key="relay")]),
    state=st.sampled_from(list(State)),
    severity=st.sampled_from(list(Severity)),
    since=st.just(START),
    said=st.sampled_from(["x", "y"]),
    where=st.just("/runs"),
)


@given(st.lists(st.tuples(st.integers(-20_000, 20_000), st.lists(SIGNALS, max_size=6)), max_size=40))
def test_edges_of_an_incident_open_it_update_it_and_close_it_once(looks: list[tuple[int, list[Signal]]]) -> None:
    """Over any history, by a clock that jumps: keys never repeat, a topic has one open incident, a closing has an opening."""
    history, now = History(), START
    for step, signals in looks:
        now += step
        history.look(now, *signals)

    assert len({edge.key for edge in history.edges}) == len(history.edges)
    by_incident: dict[str, list[Edge]] = {}
    for edge in history.edges:
        by_incident.setdefault(edge.incident.id, []).append(edge)
    for edges in by_incident.values():
        kinds = [edge.kind for edge in edges]
        assert kinds[0] is Kind.OPENED
        assert kinds.count(Kind.OPENED) == 1
        assert Kind.CLOSED not in kinds[:-1]
        assert [edge.incident.told for edge in edges] == list(range(1, len(edges) + 1))
        assert [edge.incident.severity for edge in edges] == sorted(edge.incident.severity for edge in edges)
    last = {edges[-1].incident.topic.key: edges[-1] for edges in by_incident.values()}
    assert {key for key, edge in last.items() if edge.kind is not Kind.CLOSED} == set(history.open)


@given(st.lists(st.tuples(st.integers(1, 600), st.lists(SIGNALS, max_size=6)), max_size=60))
def test_updates_come_at_most_hourly_and_once_when_it_grew_worse(looks: list[tuple[int, list[Signal]]]) -> None:
    history, now = History(), START
    for step, signals in looks:
        now += step
        history.look(now, *signals)

    latest: dict[str, Edge] = {}
    for edge in history.edges:
        before = latest.get(edge.incident.id)
        if before and edge.kind is Kind.UPDATED:
            assert edge.at - before.at >= UPDATE_SECONDS or edge.incident.severity > before.incident.severity
        latest[edge.incident.id] = edge
