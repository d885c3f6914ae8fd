"""Whether a figure is as usual: by the median of past ones and their distance from it, which single odd days do not move."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

# A modified z-score beyond 3.5 is an outlier: Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993. 0.6745 makes the
# median distance comparable with a standard deviation.
_OUTLIER: Final = 3.5
_AS_DEVIATION: Final = 0.6745
# weeks that were all but the same would make anything an outlier
_LEAST_DISTANCE: Final = 0.1
# fewer say nothing
LEAST_WEEKS: Final = 4
MOST_WEEKS: Final = 8


@dataclass(frozen=True, slots=True)
class Usual:
    """A figure beside past ones.

    Attributes:
        past: of the same weekday, each of a week; at least one.
    """

    now: float
    past: Sequence[float]

    @property
    def median(self) -> float:
        """The middle of the past ones."""
        return median(self.past)

    @property
    def score(self) -> float:
        """How far from it, as a modified z-score; below zero: less than usual."""
        distances = [abs(each - self.median) for each in self.past]
        distance = max(median(distances), _LEAST_DISTANCE * abs(self.median))
        return _AS_DEVIATION * (self.now - self.median) / distance if distance else float(self.now != self.median) * _OUTLIER * 2

    @property
    def is_odd(self) -> bool:
        """Whether it is an outlier among them."""
        return abs(self.score) > _OUTLIER
