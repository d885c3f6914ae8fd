"""Which partitions may be sent to: one that failed is closed for a while, ever longer, and the others are not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from orders_platform.backoff import Dice, full_jitter

FIRST_SECONDS = 0.2
LONGEST_SECONDS = 60.0


def wait_seconds(failures: int, dice: Dice) -> float:
    """How long a relay leaves alone what failed so often."""
    return full_jitter(failures, dice, first=FIRST_SECONDS, longest=LONGEST_SECONDS)


@dataclass(slots=True)
class Gate:
    """The partitions' doors, by a clock that only runs forward."""

    clock: Callable[[], float]
    dice: Dice
    _failures: dict[str, int] = field(default_factory=dict)
    _opens_at: dict[str, float] = field(default_factory=dict)

    def closed_for(self, lane: str) -> float:
        """Seconds until it opens; 0 where it is open."""
        return max(0.0, self._opens_at.get(lane, 0.0) - self.clock())

    def is_failing(self, lane: str) -> bool:
        """Whether its last try failed."""
        return lane in self._failures

    def failed(self, lane: str) -> float:
        """Close it; for how many seconds."""
        self._failures[lane] = self._failures.get(lane, 0) + 1
        seconds = wait_seconds(self._failures[lane], self.dice)
        self._opens_at[lane] = self.clock() + seconds
        return seconds

    def passed(self, lane: str) -> None:
        """It works: the next failure is a first one again."""
        self._failures.pop(lane, None)

    def all_closed_for(self, lanes: Sequence[str]) -> float:
        """Seconds until the first one opens; 0 where one is open."""
        return min((self.closed_for(lane) for lane in lanes), default=0.0)
