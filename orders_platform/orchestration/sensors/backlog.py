"""What the hub has that bronze has not, and whether it is time to start a pass for it: free of Dagster and of the hub itself."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from orders_platform.lakehouse.report import Positions

# A shop that is open gets a pass at least so often, orders or none: so a table that is late means that we stand still.
QUIET: Final = timedelta(minutes=30)
_FIRST_DELAY: Final = timedelta(seconds=10)
_LONGEST_DELAY: Final = timedelta(minutes=10)
_DOUBLINGS: Final = 10
# Of a time that a worker's clock told: what lies further ahead of ours was told before a clock was set back.
_CLOCKS_DIFFER: Final = timedelta(minutes=10)
_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class Backlog:
    """The hub beside bronze.

    Attributes:
        ends: next sequence number per partition, of the hub's present generation.
        committed: the same, as bronze has it.
        behind: events that bronze has not taken.
        lost: partitions whose hub ends before bronze does.
    """

    generation: str
    ends: Mapping[str, int]
    committed: Mapping[str, int]
    behind: int
    lost: tuple[str, ...]

    @property
    def key(self) -> str:
        """Both, as text: equal where nothing has moved on either side."""
        return f"{self.generation}|{_drawn(self.ends)}|{_drawn(self.committed)}"


def backlog(generation: str, ends: Mapping[str, tuple[int, int]], positions: Positions) -> Backlog:
    """Compare the hub's partitions, `(oldest held, next)` each, with what bronze's last commit says it covers.

    A hub made anew is another generation, of which nothing is committed; a partition that was added has nothing committed either.
    """
    committed = positions.get(generation, {})
    return Backlog(
        generation=generation,
        ends={name: end for name, (_, end) in ends.items()},
        committed={name: committed.get(name, 0) for name in ends},
        behind=sum(max(0, end - max(begin, committed.get(name, 0))) for name, (begin, end) in ends.items()),
        lost=tuple(sorted(name for name, (_, end) in ends.items() if end < committed.get(name, 0))),
    )


@dataclass(frozen=True, slots=True)
class LastPass:
    """How the passes before this one ended.

    Attributes:
        done_at: when one last came to its end: went through, or was held back by a failed check; None: none ever did.
        is_unfinished: whether the last one left tables behind: it failed or was stopped.
        done: id of that one, empty where there is none.
    """

    done_at: datetime | None
    is_unfinished: bool
    done: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What the sensor remembers.

    Attributes:
        attempts: how many passes it has asked for since one last went through.
        asked_at: when it asked for the last one, seconds since 1970.
        done: the pass that had come to its end last by then. Another one since then is no question of any clock.
    """

    attempts: int = 0
    asked_at: float = 0.0
    done: str = ""

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """Read a cursor; one of another version, or damaged, is forgotten."""
        try:
            told = json.loads(text or "{}")
            known = isinstance(told, dict) and told.get("version") == _VERSION
            read = cls(int(told["attempts"]), float(told["asked_at"]), str(told["done"])) if known else cls()
        except (ValueError, TypeError, KeyError, OverflowError):
            return cls()
        return read if read.attempts >= 0 and read.asked_at >= 0 and math.isfinite(read.asked_at) else cls()

    def text(self) -> str:
        """As `parse` reads it."""
        return json.dumps({"version": _VERSION, **asdict(self)})


@dataclass(frozen=True, slots=True)
class Decision:
    """What a tick does.

    Attributes:
        run_key: of the pass to start; None: none is. Two ticks that overlap know the same cursor, so their keys are equal, and
            Dagster starts one run.
        reason: why, in a sentence.
    """

    run_key: str | None
    reason: str
    cursor: Cursor


def decide(seen: Backlog, last: LastPass, cursor: Cursor, now: datetime, *, is_open: bool) -> Decision:
    """Whether to start a pass; `is_open`: whether the shop sells now.

    A pass that was asked for in the future was so before the clock was set back: the wait after it begins anew.
    """
    in_vain = 0 if last.done != cursor.done else cursor.attempts
    known = replace(cursor, asked_at=min(cursor.asked_at, now.timestamp()))
    reason = _reason(seen, last, now, is_open=is_open)
    if reason is None:
        return Decision(None, "every table is at the hub's tail", known)
    wait = known.asked_at + _delay(in_vain).total_seconds() - now.timestamp()
    if in_vain and wait > 0:
        return Decision(None, f"{reason}; after {in_vain} passes in vain the next one starts in {wait:.0f} s", known)
    return Decision(f"{seen.key}|{cursor.asked_at:.3f}", reason, Cursor(in_vain + 1, now.timestamp(), last.done))


def _reason(seen: Backlog, last: LastPass, now: datetime, *, is_open: bool) -> str | None:
    if seen.behind:
        return f"{seen.behind} events wait in the hub"
    if seen.lost:
        # the pass refuses to go on, and says what to do
        return f"the hub ends before bronze does in partition {', '.join(seen.lost)}"
    if last.is_unfinished:
        return "the last pass did not come to its end"
    if is_open and not _is_recent(last.done_at, now):
        return "no pass for half an hour while the shop is open"
    return None


def _is_recent(done_at: datetime | None, now: datetime) -> bool:
    """Whether a pass ended within the last half hour; one that ended in the future is none that says so."""
    return done_at is not None and -_CLOCKS_DIFFER <= now - done_at <= QUIET


def _delay(in_vain: int) -> timedelta:
    """Ten seconds, doubled each time, up to ten minutes."""
    return min(_FIRST_DELAY * 2 ** min(in_vain - 1, _DOUBLINGS), _LONGEST_DELAY) if in_vain else timedelta(0)


def _drawn(ends: Mapping[str, int]) -> str:
    return ",".join(f"{name}:{end}" for name, end in sorted(ends.items()))
