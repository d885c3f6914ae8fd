"""Our pass beside Spark's declarative pipeline: the shipped excerpt from the hub to gold, and then a few orders more."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from deltalake import DeltaTable

from benchmarks.contender import Told
from benchmarks.figures import Figure, Section, median
from benchmarks.orders import History
from benchmarks.pipeline_contender import FULL, UPDATE
from benchmarks.session import Session
from benchmarks.workplace import Workplace
from orders_platform.errors import ChecksFailed
from orders_platform.lakehouse.pipelines.results import table_path

_NEW_ORDERS = 200


@dataclass(slots=True)
class Runs:
    """All runs of one side; `cold_seconds` begin with the start of its process."""

    cold_seconds: float
    cold: Told
    warm: list[Told] = field(default_factory=list)
    small: list[Told] = field(default_factory=list)


def measure(place: Workplace, history: History, runs: int) -> Section:
    """Both one after the other, each with a fresh hub that holds the same events."""
    ours, theirs = _Side(place, history, "ours").measured(runs), _Side(place, history, UPDATE).measured(runs)
    return _section(ours, theirs, history.lines)


@dataclass(frozen=True, slots=True)
class _Side:
    place: Workplace
    history: History
    name: str

    def measured(self, runs: int) -> Runs:
        """The excerpt, cold and `runs` times warm; then new orders as often, each time in a warm session."""
        root = self.place.root / f"declarative_{self.name}"
        root.mkdir()
        with self.place.hub(f"declarative_{self.name}_hub") as hub:
            total = len(self.history.dataset)
            self.place.send(hub, self.history.messages(0, 1), what=f"{total:,} order events", total=total)
            with Session(self.name, root / "log") as session:
                cold = self._timed(session, root / "cold", "the excerpt, cold")
                found = Runs(session.age, cold)
                for number in range(runs):
                    # a pass begins with a new lake; the pipeline, whose tables one server may hold, with a full refresh
                    lake = root / (f"warm{number}" if self.name == "ours" else "cold")
                    found.warm.append(self._timed(session, lake, "the excerpt, warm", FULL))
                    self._agrees(lake)
                for batch in range(runs):
                    orders = self.history.new_orders(_NEW_ORDERS, 1, batch)
                    self.place.send(hub, orders, what=f"{_NEW_ORDERS} new orders", total=_NEW_ORDERS)
                    found.small.append(self._timed(session, root / "cold", "new orders"))
        return found

    def _timed(self, session: Session, lake: Path, what: str, asked: str | None = None) -> Told:
        with self.place.step(f"{self.name}: {what}"):
            return session.run(lake, asked if self.name == UPDATE else None)

    def _agrees(self, lake: Path) -> None:
        """A side that loses a line has no speed."""
        path = lake / "gold" / "daily_sales" if self.name == "ours" else table_path(lake, "gold_daily_sales")
        daily = DeltaTable(path).to_pyarrow_table(columns=["lines", "net_minor"])
        found = tuple(sum(daily[name].to_pylist()) for name in ("lines", "net_minor"))
        if found != (self.history.lines, self.history.net_minor):
            raise ChecksFailed(f"{self.name}: gold has {found} lines and minor units, not those of the events")


def _section(ours: Runs, theirs: Runs, lines: int) -> Section:
    excerpt = f"the excerpt ({lines:,} lines) beside Spark's declarative pipeline"
    empty = median([told.live_seconds for told in theirs.small])
    figures = (
        Figure("declarative_cold_seconds", f"{excerpt}, from process start", "s", ours.cold_seconds, theirs.cold_seconds),
        Figure("declarative_warm_seconds", f"{excerpt}, warm", "s", _seconds(ours.warm), _seconds(theirs.warm)),
        Figure(
            "declarative_small_seconds",
            f"{_NEW_ORDERS} new orders beside it, warm, all tables",
            "s",
            _seconds(ours.small),
            _seconds(theirs.small),
        ),
        Figure("declarative_empty_seconds", "of which a gold view of the declarative pipeline stands empty", "s", empty),
    )
    return Section("declarative", figures, {"ours": asdict(ours), "pipeline": asdict(theirs)})


def _seconds(runs: list[Told]) -> float:
    return median([told.seconds for told in runs])
