"""What is measured: figures beside their peer's, and everything beneath them."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the results.

    Attributes:
        key: its name in the JSON, and among the budgets.
        peer: the same of the peer in the same run; None where it has none.
        more_is_better: true of rates, false of seconds.
    """

    key: str
    what: str
    unit: str
    ours: float
    peer: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; None without one."""
        if not self.peer or not self.ours:
            return None
        return self.ours / self.peer if self.more_is_better else self.peer / self.ours


@dataclass(frozen=True, slots=True)
class Section:
    """A benchmark's results; `details` holds each single measurement, for who wants to look beneath."""

    name: str
    figures: tuple[Figure, ...]
    details: Mapping[str, object] = field(default_factory=dict)


def median(values: Sequence[float]) -> float:
    """The middle one: a machine has hiccups."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    # hundredths, so that no rounding of a product decides
    return ordered[max(1, math.ceil(round(share * 100) * len(ordered) / 100)) - 1]
