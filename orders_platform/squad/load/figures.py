"""Counts and times of a load, and what they come to."""

import math
from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from orders_platform.squad.api_client import Answer
from orders_platform.squad.load.lives import VERBS

REPEAT = "repeat"
_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
_RECENT = 1_000
_MOST_WRONG = 20


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the sorted values that so many of them do not exceed; 0 where there are none."""
    return values[max(0, math.ceil(len(values) * share) - 1)] if values else 0.0


@dataclass(slots=True)
class CallFigures:
    """What came of the calls of one kind.

    Attributes:
        not_sent: the server was so far behind that as many calls as may be were under way.
        from_due: seconds to the answer, or to giving up, from when each call was due.
        from_send: the same from when it was sent first.
    """

    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    not_sent: int = 0
    from_due: "array[float]" = field(default_factory=lambda: array("d"))
    from_send: "array[float]" = field(default_factory=lambda: array("d"))

    def report(self) -> dict[str, object]:
        """As JSON."""
        counts = {"accepted": self.accepted, "refused": self.refused, "unknown": self.unknown, "not_sent": self.not_sent}
        return counts | {"from_due_ms": _milliseconds(self.from_due), "from_send_ms": _milliseconds(self.from_send)}


class Figures:
    """Counts and times of a load so far.

    Attributes:
        due: orders whose time to be placed has come.
        placed: of them, those accepted and safe in the ledger.
        last_placed_at: seconds from the start to the last acceptance of a placed order.
        errors: times that a call failed and had to be sent again or given up, by kind.
        refusals: answers that say no, by call and status.
        wrong: the first answers that were not what they must be; `wrong_count` is how many there were.
    """

    def __init__(self) -> None:
        self.due = 0
        self.last_placed_at = 0.0
        self.retries = 0
        self.calls: dict[str, CallFigures] = defaultdict(CallFigures)
        self.errors: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.wrong_count = 0
        self._recent: deque[float] = deque(maxlen=_RECENT)

    @property
    def placed(self) -> int:
        """Orders accepted so far."""
        return self.calls["place"].accepted

    def answered(self, name: str, answer: Answer, *, due: float) -> None:
        """Take the times and faults of a call; an accepted one counts as such only by `accepted`."""
        # a timer may ring a millisecond early
        figures, waited = self.calls[name], answer.done_at - min(due, answer.sent_at)
        figures.from_due.append(waited)
        figures.from_send.append(answer.done_at - answer.sent_at)
        self._recent.append(waited)
        self.errors.update(answer.faults)
        self.retries += len(answer.faults) - (answer.status is None)
        if answer.status is None:
            figures.unknown += 1
        elif not answer.accepted:
            figures.refused += 1
            self.refusals[f"{name} {answer.status}"] += 1

    def accepted(self, name: str, *, after: float) -> None:
        """Count a call that is accepted and safe in the ledger."""
        self.calls[name].accepted += 1
        if name == "place":
            self.last_placed_at = max(self.last_placed_at, after)

    def found_wrong(self, faults: Sequence[str]) -> None:
        """Keep what is wrong with an answer."""
        self.wrong_count += len(faults)
        self.wrong += faults[: _MOST_WRONG - len(self.wrong)]

    def recent_p99(self) -> float:
        """Of the last thousand calls, from due, in seconds."""
        return percentile(sorted(self._recent), 0.99)

    def report(self, *, seconds: float) -> dict[str, object]:
        """As JSON; the rates are of placed orders over the `seconds` in which orders came due."""
        total = {name: sum(getattr(one, name) for one in self.calls.values()) for name in ("unknown", "not_sent")}
        lasted = max(seconds, self.last_placed_at)
        return {
            "due": self.due,
            "placed": self.placed,
            "offered_rate": round(self.due / seconds, 2) if seconds else 0.0,
            "achieved_rate": round(self.placed / lasted, 2) if lasted else 0.0,
            "calls": {name: self.calls[name].report() for name in (*VERBS, REPEAT) if name in self.calls},
            "retries": self.retries,
            "repeated": self.calls[REPEAT].accepted if REPEAT in self.calls else 0,
            **total,
            "errors": dict(self.errors),
            "refusals": dict(self.refusals),
            "wrong": self.wrong,
            "wrong_count": self.wrong_count,
        }


def _milliseconds(values: "array[float]") -> dict[str, float]:
    ordered = sorted(values)
    return {name: round(percentile(ordered, share) * 1000, 1) for name, share in _SHARES.items()}
