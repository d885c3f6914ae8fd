"""What the checks cost a pass: the same pass beside one that asks only those which need no query."""

from dataclasses import asdict, dataclass, field
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
_COPIES = 2


@dataclass(slots=True)
class Runs:
    """Passes over everything, and over a few new orders, by contender."""

    whole: dict[str, list[Told]] = field(default_factory=lambda: {name: [] for name in _BY_TURNS})
    small: dict[str, list[Told]] = field(default_factory=lambda: {name: [] for name in _BY_TURNS})


def measure(place: Workplace, history: History, size: Size) -> Section:
    """Both by turns in one warm session, over the same events in one hub; who goes first changes."""
    copies, root = min(_COPIES, history.most), place.root / "checks"
    root.mkdir()
    total = len(history.dataset) * copies
    with place.hub("checks_hub") as hub:
        place.send(hub, history.messages(0, copies), what=f"{total:,} order events", total=total)
        with Session(CHECKED, root / "log") as session:
            runs = _Contest(place, session, root).runs(hub, history, size, copies)
    return _section(runs, history.lines * copies, size.new_orders)


@dataclass(frozen=True, slots=True)
class _Contest:
    place: Workplace
    session: Session
    root: Path

    def runs(self, hub: HubSettings, history: History, size: Size, copies: int) -> Runs:
        """Whole loads into new lakes, after one of each to warm up; then small passes over the last two lakes."""
        runs = Runs()
        for number in range(-1, size.warm):
            for name in _turn(number):
                told = self._run(name, f"{name}{number}")
                runs.whole[name] += [told] if number >= 0 else []
        for number in range(size.small):
            orders = history.new_orders(size.new_orders, copies, number)
            self.place.send(hub, orders, what=f"{size.new_orders} new orders", total=size.new_orders)
            for name in _turn(number):
                runs.small[name].append(self._run(name, f"{name}{size.warm - 1}"))
        return runs

    def _run(self, name: str, folder: str) -> Told:
        with self.place.step(f"a pass, {name}"):
            return self.session.run(self.root / folder, name)


def _turn(number: int) -> tuple[str, ...]:
    return _BY_TURNS if number % 2 else _BY_TURNS[::-1]


def _section(runs: Runs, lines: int, new_orders: int) -> Section:
    beside = "warm, with all checks, beside with those that need no query"
    figures = (
        _figure("checks_whole_seconds", f"{lines:,} lines, {beside}", runs.whole),
        _figure("checks_small_seconds", f"{new_orders} new orders, {beside}", runs.small),
    )
    return Section("checks", figures, asdict(runs))


def _figure(key: str, what: str, passes: dict[str, list[Told]]) -> Figure:
    checked, unchecked = (median([told.seconds for told in passes[name]]) for name in _BY_TURNS)
    return Figure(key, what, "s", checked, unchecked)
