"""Since when the oldest event in the hub waits, as this machine saw it: at each look it notes how far the hub reaches.

Only this machine's clock is asked, each time against itself. So a quiet night makes no event old that has just come, and a hub
whose clock is wrong moves nothing. Pure rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from orders_platform.hub.tails import HubTails
from orders_platform.lakehouse.report import Positions

# What comes while older events wait is noted now and then: how old the oldest is counts, not how old each is.
_LEAST_SPACING: Final = 60.0
_SPACING_SHARE: Final = 0.125


@dataclass(frozen=True, slots=True)
class Mark:
    """What was seen of a partition at one look.

    Attributes:
        end: the events below it were there.
        seen_at: when that was, seconds since 1970.
        after: the earliest moment at which they can have come: the look before, at which they were not there.
    """

    end: int
    seen_at: float
    after: float


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits in the hub.

    Attributes:
        marks: of each partition that has events which bronze has not, oldest first.
        behind: how many such events there are.
        dropped: how many the hub dropped before bronze had them.
        asked_at: when the hub was asked.
    """

    generation: str
    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict)
    behind: int = 0
    dropped: int = 0
    asked_at: float = 0.0

    @classmethod
    def noted(cls, note: Mapping[str, Any]) -> "Waits":
        """As the last look left it; nothing where there was none."""
        marks = {name: [Mark(*one) for one in told] for name, told in note.get("marks", {}).items()}
        return cls(note.get("generation", ""), marks, asked_at=note.get("asked_at", 0.0))

    def note(self) -> dict[str, object]:
        """As `noted` reads it."""
        marks = {name: [[one.end, one.seen_at, one.after] for one in told] for name, told in self.marks.items()}
        return {"generation": self.generation, "marks": marks, "asked_at": self.asked_at}

    @property
    def seen_at(self) -> float:
        """When the oldest event was first seen waiting; the moment of the look where none waits."""
        return min((told[0].seen_at for told in self.marks.values()), default=self.asked_at)

    @property
    def after(self) -> float:
        """The earliest moment at which it can have come."""
        return min((told[0].after for told in self.marks.values()), default=self.asked_at)


def waits(before: Waits, seen: HubTails, committed: Positions, *, now: float, filled_at: float | None) -> Waits:
    """What waits by this look and those before.

    Args:
        filled_at: when bronze was last filled; None: it never was.
    """
    ours = committed.get(seen.generation, {})
    known = before if before.generation == seen.generation else Waits(seen.generation)
    # what bronze lacks came after its last fill, and what was not there at the last look came after that
    after = min(now, max(known.asked_at, filled_at or 0.0) or now)
    begins = {name: max(tail.begin, ours.get(name, 0)) for name, tail in seen.partitions.items()}
    marks = {
        name: told
        for name, tail in seen.partitions.items()
        if (told := _marked(known.marks.get(name, ()), begins[name], tail.next, Mark(tail.next, now, after)))
    }
    behind = sum(max(0, tail.next - begins[name]) for name, tail in seen.partitions.items())
    dropped = sum(max(0, tail.begin - ours[name]) for name, tail in seen.partitions.items() if name in ours)
    return Waits(seen.generation, marks, behind, dropped, now)


def _marked(noted: Iterable[Mark], begin: int, end: int, look: Mark) -> list[Mark]:
    """A partition's marks, less those whose events bronze has by now, and with this look's where it saw more."""
    now = look.seen_at
    # a time that is still to come was noted before the clock was set back
    left = [Mark(one.end, min(one.seen_at, now), min(one.after, now)) for one in noted if begin < one.end <= end]
    if end <= begin or (left and left[-1].end == end):
        return left
    spacing = max(_LEAST_SPACING, _SPACING_SHARE * (now - left[0].seen_at)) if left else 0.0
    return [*left, look] if not left or now - left[-1].seen_at >= spacing else left


def by_this_clock(
    filled: Mapping[str, float], noted: Mapping[str, Sequence[float]], now: float
) -> dict[str, tuple[float, float]]:
    """When each table was filled as it was told, and when by this clock: where that is to come, when it was first seen.

    So one that nobody fills from then on grows late, though a clock stood ahead when it was filled.
    """
    return {table: (at, _seen(at, noted.get(table, (at, now)), now)) for table, at in filled.items()}


def _seen(at: float, noted: Sequence[float], now: float) -> float:
    if at <= now:
        return at
    before, seen_at = noted
    return min(now, seen_at) if before == at else now
