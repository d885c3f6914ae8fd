"""How long to leave alone what failed: ever longer, and never two at the same moment."""

from collections.abc import Callable

# a number from 0 up to 1
Dice = Callable[[], float]
# doubled so often, the first limit is past any longest one
_MOST_DOUBLINGS = 30


def full_jitter(failures: int, dice: Dice, *, first: float, longest: float) -> float:
    """Anything up to a limit that doubles with each failure: those that failed together come back apart ("full jitter").

    Source of the method: AWS Architecture Blog, "Exponential Backoff and Jitter".
    """
    return dice() * min(longest, first * 2.0 ** min(failures - 1, _MOST_DOUBLINGS))
