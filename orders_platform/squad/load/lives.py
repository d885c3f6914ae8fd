"""Lives of orders, each out of a seed and its number alone: placed, then amended, paid, shipped or cancelled after a while."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from orders_platform.squad.load.catalogue import Dice, Line, Market

Verb = Literal["place", "amend", "pay", "ship", "cancel"]
VERBS: Final[tuple[Verb, ...]] = ("place", "amend", "pay", "ship", "cancel")
# ship: of those paid. rest: a second cancellation, of those cancelled in part.
LIKELY: Final = {
    "amend": 0.1,
    "pay": 0.5,
    "ship": 0.5,
    "cancel": 0.1,
    "in part": 0.6,
    "rest": 0.3,
    "repeat": 0.01,
    "at once": 0.5,
}
_PAUSE_SECONDS: Final = (0.2, 3.0)
_REPEAT_SECONDS: Final = (0.1, 5.0)


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a life.

    Attributes:
        after: seconds after the step before was due.
        repeated_after: seconds after which the same call is sent a second time; 0 at the same moment, None never.
        lines: of the order from then on, where it is placed or amended.
        units: taken back, by line number; None where a cancellation takes all that is left.
    """

    verb: Verb
    after: float
    repeated_after: float | None
    lines: tuple[Line, ...] = ()
    units: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """All that one order goes through."""

    number: int
    customer_id: str | None
    country: str
    currency: str
    steps: tuple[Step, ...]


def life(seed: int, number: int) -> Life:
    """The life of that number."""
    dice = Dice(f"{seed}:{number}")
    market = dice.market()
    placed, *later = _steps(dice, market)
    steps = (replace(placed, after=0.0), *later)
    return Life(number, dice.customer_id(), market.country, market.currency, steps)


def _steps(dice: Dice, market: Market) -> Iterator[Step]:
    lines = dice.lines(market)
    yield _step(dice, "place", lines=lines)
    if dice.happens(LIKELY["amend"]):
        lines = _amended(dice, market, lines)
        yield _step(dice, "amend", lines=lines)
    cancelled_when = dice.choice(("place", "pay", "ship")) if dice.happens(LIKELY["cancel"]) else None
    for verb in ("place", "pay", "ship"):
        if verb != "place":
            if not dice.happens(LIKELY[verb]):
                return
            yield _step(dice, verb)
        if verb == cancelled_when:
            cancellations = tuple(_cancellations(dice, lines))
            yield from cancellations
            if cancellations[-1].units is None:
                return


def _cancellations(dice: Dice, lines: tuple[Line, ...]) -> Iterator[Step]:
    """In part, in part and then the rest, or all at once."""
    units = _some_units(dice, lines) if dice.happens(LIKELY["in part"]) else None
    yield _step(dice, "cancel", units=units)
    if units is not None and dice.happens(LIKELY["rest"]):
        yield _step(dice, "cancel")


def _some_units(dice: Dice, lines: tuple[Line, ...]) -> dict[int, int] | None:
    numbers = dice.sample(range(1, len(lines) + 1), dice.randint(1, len(lines)))
    units = {number: dice.randint(1, lines[number - 1].quantity) for number in sorted(numbers)}
    return units if sum(units.values()) < sum(line.quantity for line in lines) else None


def _amended(dice: Dice, market: Market, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Another quantity in one line, a line less, or one more."""
    place = dice.randrange(len(lines))
    changed = {
        "quantity": (replace(lines[place], quantity=lines[place].quantity + dice.randint(1, 5)),),
        "less": () if len(lines) > 1 else lines,
        "more": (lines[place], dice.line(market)),
    }
    return (*lines[:place], *changed[dice.choice(tuple(changed))], *lines[place + 1 :])


def _step(dice: Dice, verb: Verb, *, lines: tuple[Line, ...] = (), units: Mapping[int, int] | None = None) -> Step:
    repeated_after = None
    if dice.happens(LIKELY["repeat"]):
        repeated_after = 0.0 if dice.happens(LIKELY["at once"]) else dice.uniform(*_REPEAT_SECONDS)
    return Step(verb, dice.uniform(*_PAUSE_SECONDS), repeated_after, lines, units)
