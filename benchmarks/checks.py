"""What the checks cost a pass: the same pass beside one that asks only those which need no query."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.contender import Told
from benchmarks.figures import Figure, Section, median
from benchmarks.hub_to_gold import Size
from benchmarks.orders import History
from benchmarks.session import Session
from benchmarks.workplace import Workplace
from orders_platform.settings import HubSettings

CHECKED, UNCHECKED = "ours", "unchecked"
_BY_TURNS = (CHECKED, UNCHECKED)
_COPIES, _MORE_COPIES = 2, 10

# Passes by contender.
Passes = dict[str, list[Told]]


@dataclass(frozen=True, slots=True)
class Runs:
    """Passes over everything, over a few new orders, and over everything where that is more."""

    whole: Passes
    small: Passes
    large: Passes


def measure(place: Workplace, history: History, size: Size) -> Section:
    """Both by turns in one warm session, over the same events in one hub; who goes first changes. Then the same with more."""
    copies, more = min(_COPIES, history.most), min(_MORE_COPIES, history.most)
    with _contest(place, "checks", history, size, copies=copies) as contest:
        whole, small = contest.whole(), contest.small()
        large = whole
    if more > copies:
        with _contest(place, "checks_more", history, size, copies=more) as contest:
            large = contest.whole()
    return _section(Runs(whole, small, large), [history.lines * copies, history.lines * more], size.new_orders)


@dataclass(frozen=True, slots=True)
class _Contest:
    place: Workplace
    session: Session
    hub: HubSettings
    lakes: Path
    history: History
    size: Size
    copies: int

    def whole(self) -> Passes:
        """Whole loads into new lakes, after one of each to warm up."""
        passes: Passes = {name: [] for name in _BY_TURNS}
        for number in range(-1, self.size.warm):
            for name in _turn(number):
                told = self._run(name, number)
                passes[name] += [told] if number >= 0 else []
        return passes

    def small(self) -> Passes:
        """Passes over a few new orders, into the last two lakes."""
        passes: Passes = {name: [] for name in _BY_TURNS}
        for number in range(self.size.small):
            orders = self.history.new_orders(self.size.new_orders, self.copies, number)
            self.place.send(self.hub, orders, what=f"{self.size.new_orders} new orders", total=self.size.new_orders)
            for name in _turn(number):
                passes[name].append(self._run(name, self.size.warm - 1))
        return passes

    def _run(self, name: str, lake: int) -> Told:
        with self.place.step(f"a pass, {name}"):
            return self.session.run(self.lakes / f"{name}{lake}", name)


@contextmanager
def _contest(place: Workplace, name: str, history: History, size: Size, *, copies: int) -> Iterator[_Contest]:
    """A hub that holds so many copies of the dataset, and a session that reads it."""
    lakes, total = place.root / name, len(history.dataset) * copies
    lakes.mkdir()
    with place.hub(f"{name}_hub") as hub:
        place.send(hub, history.messages(0, copies), what=f"{total:,} order events", total=total)
        with Session(CHECKED, lakes / "log") as session:
            yield _Contest(place, session, hub, lakes, history, size, copies)


def _turn(number: int) -> tuple[str, ...]:
    return _BY_TURNS if number % 2 else _BY_TURNS[::-1]


def _section(runs: Runs, lines: list[int], new_orders: int) -> Section:
    beside = "warm, with all checks, beside with those that need no query"
    figures = (
        _figure("checks_whole_seconds", f"{lines[0]:,} lines, {beside}", runs.whole),
        _figure("checks_large_seconds", f"{lines[1]:,} lines, {beside}", runs.large),
        _figure("checks_small_seconds", f"{new_orders} new orders, {beside}", runs.small),
    )
    return Section("checks", figures, asdict(runs))


def _figure(key: str, what: str, passes: Passes) -> Figure:
    checked, unchecked = (median([told.seconds for told in passes[name]]) for name in _BY_TURNS)
    return Figure(key, what, "s", checked, unchecked)
