"""The pass: the dataset from the hub to gold, by ours and by a plain chain; cold, warm, small, and small after 10x history."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from deltalake import DeltaTable

from benchmarks.contender import Told
from benchmarks.figures import Figure, Section, median
from benchmarks.orders import History
from benchmarks.session import Session
from benchmarks.workplace import Workplace
from orders_platform.errors import ChecksFailed
from orders_platform.settings import HubSettings

NAMES = {"ours": "ours", "plain": "plain chain"}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        copies: of the dataset in the whole load.
        warm: how often the whole load is passed again.
        small: how often a small pass is made.
        new_orders: of a small pass.
        grows: how many times its size the history has for the last small passes.
    """

    copies: int
    warm: int = 3
    small: int = 5
    new_orders: int = 200
    grows: int = 10


@dataclass(slots=True)
class Runs:
    """All passes of one contender; `flat` is the plain chain with its gold unpartitioned."""

    cold_seconds: float
    cold: Told
    warm: list[Told] = field(default_factory=list)
    flat: list[Told] = field(default_factory=list)
    small: list[Told] = field(default_factory=list)
    small_later: list[Told] = field(default_factory=list)


def measure(place: Workplace, history: History, size: Size) -> Section:
    """Both contenders one after the other, each with a fresh hub that holds the same events."""
    ours = _Contest(place, history, size, "ours").runs()
    plain = _Contest(place, history, size, "plain").runs()
    return _section(ours, plain, size, history.lines * size.copies)


@dataclass(frozen=True, slots=True)
class _Contest:
    place: Workplace
    history: History
    size: Size
    name: str

    def runs(self) -> Runs:
        """All passes, in one session after the cold start."""
        copies, lakes = self.size.copies, self.place.root / self.name / "lakes"
        with self.place.hub(self.name) as hub:
            self._load(hub, 0, copies)
            with Session(self.name, self.place.root / f"{self.name}.log") as session:
                runs = self._cold(session, lakes / "cold")
                runs.warm += [self._whole(session, lakes / f"warm{n}", self.name) for n in range(self.size.warm)]
                if self.name == "plain":
                    runs.flat += [self._whole(session, lakes / f"flat{n}", "plain_flat") for n in range(self.size.warm)]
                runs.small += self._small(hub, session, lakes / "cold", copies)
                if self.name == "ours" and self.size.grows > 1:
                    self._grow(hub, session, lakes / "cold")
                    runs.small_later += self._small(hub, session, lakes / "cold", copies * self.size.grows)
        return runs

    def _cold(self, session: Session, lake: Path) -> Runs:
        with self.place.step(f"{NAMES[self.name]}: the whole load, cold, from the start of the process"):
            told = session.run(lake)
            seconds = session.age
        self._agrees(lake, self.size.copies)
        return Runs(seconds, told)

    def _whole(self, session: Session, lake: Path, contender: str) -> Told:
        with self.place.step(f"{contender}: the whole load, warm"):
            told = session.run(lake, contender)
        self._agrees(lake, self.size.copies)
        return told

    def _small(self, hub: HubSettings, session: Session, lake: Path, copies: int) -> list[Told]:
        told = []
        count = self.size.new_orders
        for batch in range(self.size.small):
            orders = self.history.new_orders(count, copies, batch)
            self.place.send(hub, orders, what=f"{count} new orders", total=count)
            with self.place.step(f"{NAMES[self.name]}: a small pass after {copies} copies of the dataset"):
                told.append(session.run(lake))
        return told

    def _grow(self, hub: HubSettings, session: Session, lake: Path) -> None:
        """History comes as it comes in life: one load after the other."""
        copies = self.size.copies
        for load in range(1, self.size.grows):
            self._load(hub, load * copies, (load + 1) * copies)
            with self.place.step(f"{NAMES[self.name]}: history grows to {load + 1} times its size"):
                session.run(lake)

    def _load(self, hub: HubSettings, first: int, last: int) -> None:
        total = len(self.history.dataset) * (last - first)
        self.place.send(hub, self.history.messages(first, last), what=f"{total:,} order events", total=total)

    def _agrees(self, lake: Path, copies: int) -> None:
        """A contender that loses a line has no speed."""
        daily = DeltaTable(str(lake / "gold" / "daily_sales")).to_pyarrow_table(columns=["lines", "net_minor"])
        found = tuple(sum(daily[name].to_pylist()) for name in ("lines", "net_minor"))
        wanted = (self.history.lines * copies, self.history.net_minor * copies)
        if found != wanted:
            raise ChecksFailed(f"{self.name}: gold has {found} lines and minor units, the events have {wanted}")


def _section(ours: Runs, plain: Runs, size: Size, lines: int) -> Section:
    rates = [lines / _seconds(runs) for runs in (ours.warm, plain.warm, plain.flat)]
    small, plain_small = _seconds(ours.small), _seconds(plain.small)
    live = median([told.live_seconds for told in ours.small])
    orders = f"{size.new_orders} new orders, warm"
    figures = [
        Figure("pass_cold_seconds", f"{lines:,} lines, from process start", "s", ours.cold_seconds, plain.cold_seconds),
        Figure("pass_warm_lines_per_second", f"{lines:,} lines, warm", "lines/s", rates[0], rates[1], more_is_better=True),
        Figure(
            "pass_warm_beside_flat_gold",
            "the same; peer's gold unpartitioned",
            "lines/s",
            rates[0],
            rates[2],
            more_is_better=True,
        ),
        Figure("pass_warm_cpu_seconds", f"{lines:,} lines, warm, processor time", "s", _cpu(ours.warm), _cpu(plain.warm)),
        Figure("small_pass_seconds", f"{orders}, all tables", "s", small, plain_small),
        Figure("small_pass_cpu_seconds", f"{orders}, all tables, processor time", "s", _cpu(ours.small), _cpu(plain.small)),
        Figure("small_pass_live_seconds", f"{orders}, live tables", "s", live, plain_small),
    ]
    if ours.small_later:
        later = _seconds(ours.small_later)
        figures.append(Figure("small_pass_later_seconds", f"{orders}, after {size.grows}x the history", "s", later))
        figures.append(Figure("small_pass_history_ratio", f"{size.grows}x the history beside 1x", "x", later / small))
    return Section("pass", tuple(figures), {"ours": asdict(ours), "plain": asdict(plain)})


def _seconds(runs: list[Told]) -> float:
    return median([told.seconds for told in runs])


def _cpu(runs: list[Told]) -> float:
    return median([told.cpu_seconds for told in runs])
