"""What the newest answers of all checks say, and those that came since the last look: none that failed in between is missed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import dagster as dg

from orders_platform.alerts.signal import Severity, Signal, State
from orders_platform.orchestration.alerting.topics import of_check
from orders_platform.orchestration.specs import table_key

# more than come between two looks
_HISTORY: Final = 20
_MOST_NUMBERS: Final = 4
# by check: ids of the answers that were seen, in the order in which they came. Dagster numbers them when it plans them, so a
# higher one may be answered first.
Seen = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a check."""

    id: int
    evaluation: dg.AssetCheckEvaluation
    at: float


def check_signals(
    instance: dg.DagsterInstance, keys: Sequence[dg.AssetCheckKey], seen: Seen
) -> tuple[list[Signal], dict[str, list[int]]]:
    """What the answers say, in the order in which they came, and which have been seen by now.

    A check that was never answered says nothing; one that raised has failed its run, which says so itself.
    """
    # not a public way, and the only one that asks for many at once
    newest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    signals: list[Signal] = []
    known: dict[str, list[int]] = {}
    for key in keys:
        name = check_name(key)
        before = list(seen.get(name, ()))
        record = newest.get(key)
        answers = [] if record is None else _answers(instance, key, before)
        known[name] = [answer.id for answer in answers] or before
        signals += _signals(name, answers, before)
    return signals, known


def check_name(key: dg.AssetCheckKey) -> str:
    """As people and incidents call it: `layer.table check`."""
    return f"{table_key(key.asset_key)} {key.name}"


def _answers(instance: dg.DagsterInstance, key: dg.AssetCheckKey, seen: Sequence[int]) -> list[Answer]:
    """The latest ones, oldest first; plans without an answer are left out.

    What was not seen at the last look came after it, whatever a clock says that was set back meanwhile.
    """
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=_HISTORY)
    found = [
        Answer(one.id, one.evaluation, one.event.timestamp)
        for one in history
        if one.event is not None and isinstance(one.evaluation, dg.AssetCheckEvaluation)
    ]
    places = {number: place for place, number in enumerate(seen)}
    return sorted(found, key=lambda answer: (places.get(answer.id, len(places)), answer.at))


def _signals(name: str, answers: Sequence[Answer], seen: Sequence[int]) -> Iterator[Signal]:
    """Of those that are new, and of the newest; at the first look of the newest alone."""
    new = [answer for answer in answers[:-1] if seen and answer.id not in seen]
    yield from (_signal(name, answer) for answer in (*new, *answers[-1:]))


def _signal(name: str, answer: Answer) -> Signal:
    found = answer.evaluation
    severity = Severity.CRITICAL if found.severity is dg.AssetCheckSeverity.ERROR else Severity.WARNING
    state = State.GOOD if found.passed else State.BAD
    numbers = f": {counts}" if (counts := _numbers(found)) else ""
    asset, _, check = name.partition(" ")
    where = f"/assets/{asset.replace('.', '/')}?view=checks&checkDetail={check}"
    said, was = (f"check {name} {fails}{numbers}" for fails in ("fails", "failed"))
    return Signal(f"check {name}", of_check(name), state, severity, answer.at, said, where, was)


def _numbers(found: dg.AssetCheckEvaluation) -> str:
    """Counts alone: a text may be anybody's."""
    kinds = dg.IntMetadataValue | dg.FloatMetadataValue
    told = {name: value.value for name, value in found.metadata.items() if isinstance(value, kinds)}
    return ", ".join(f"{name} {round(value or 0, 1):,}" for name, value in sorted(told.items())[:_MOST_NUMBERS])
