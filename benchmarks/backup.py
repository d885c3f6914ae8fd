"""The backup: what its writer costs the passes beside it, and how fast everything is made again out of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deltalake import DeltaTable

from benchmarks.backup_contender import ALONE, BESIDE, KEPT, REBUILD, WRITER
from benchmarks.contender import Told
from benchmarks.figures import Figure, Section, median
from benchmarks.orders import History
from benchmarks.session import Session
from benchmarks.workplace import Workplace
from orders_platform.errors import ChecksFailed
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS

_COPIES = 2
_BY_TURNS = (ALONE, BESIDE, REBUILD, WRITER)
_PASSES = frozenset({ALONE, BESIDE, REBUILD})


@dataclass(slots=True)
class Runs:
    """What was measured of each, by its name, without the first run of each, which warms the session."""

    told: dict[str, list[Told]] = field(default_factory=lambda: {name: [] for name in _BY_TURNS})

    def median(self, name: str, of: Callable[[Told], float] = lambda told: told.seconds) -> float:
        """The middle one of a contender's runs."""
        return median([of(each) for each in self.told[name]])


def measure(place: Workplace, history: History, rounds: int) -> Section:
    """All of them by turns in one warm session, over the same events in one hub; each fills a lake of its own."""
    copies, root = min(_COPIES, history.most), place.root / "backup"
    root.mkdir()
    contest = _Contest(place, root, (history.lines * copies, history.net_minor * copies))
    total = len(history.dataset) * copies
    with place.hub("backup_hub") as hub:
        place.send(hub, history.messages(0, copies), what=f"{total:,} order events", total=total)
        with Session(WRITER, root / "log") as session:
            return _section(contest.runs(session, rounds), history.lines * copies)


@dataclass(frozen=True, slots=True)
class _Contest:
    place: Workplace
    root: Path
    sold: tuple[int, int]

    def runs(self, session: Session, rounds: int) -> Runs:
        """Each once to warm up, the writer first, out of whose backup all rebuilds are made; then `rounds` times."""
        self._run(session, WRITER, KEPT)
        for name in _BY_TURNS[:-1]:
            self._run(session, name, f"{name}_first")
        found = Runs()
        for number in range(rounds):
            # who goes first changes, too
            for turn in range(len(_BY_TURNS)):
                name = _BY_TURNS[(turn + number) % len(_BY_TURNS)]
                found.told[name].append(self._run(session, name, f"{name}{number}"))
        return found

    def _run(self, session: Session, name: str, folder: str) -> Told:
        with self.place.step(f"{name.replace('_', ' ')}: {self.sold[0]:,} lines"):
            told = session.run(self.root / folder, name)
        if name in _PASSES:
            self._agrees(self.root / folder)
        return told

    def _agrees(self, lake: Path) -> None:
        """What loses a line has no speed."""
        daily = DeltaTable(lake / "gold" / "daily_sales").to_pyarrow_table(columns=["lines", "net_minor"])
        found = tuple(sum(daily[name].to_pylist()) for name in ("lines", "net_minor"))
        if found != self.sold:
            raise ChecksFailed(f"{lake.name}: gold has {found} lines and minor units, the events have {self.sold}")


def _section(runs: Runs, lines: int) -> Section:
    alone, writer = runs.median(ALONE), runs.median(WRITER)
    pairs = {
        "backup_beside_lines_per_second": (
            f"{lines:,} lines, warm, while the backup's writer keeps the same events, beside without it",
            (runs.median(BESIDE), alone),
        ),
        "backup_in_turn_lines_per_second": ("the same, writer and pass one after the other", (alone + writer, alone)),
        "replay_lines_per_second": (
            f"{lines:,} lines, warm, all tables made again out of the backup, beside out of the hub",
            (runs.median(REBUILD), alone),
        ),
        "replay_bronze_lines_per_second": ("of which bronze alone", (runs.median(REBUILD, _bronze), runs.median(ALONE, _bronze))),
    }
    figures = tuple(
        Figure(key, what, "lines/s", lines / ours, lines / peer, more_is_better=True)
        for key, (what, (ours, peer)) in pairs.items()
    )
    return Section("backup", figures, asdict(runs))


def _bronze(told: Told) -> float:
    return told.tables[ORDER_EVENTS.key]
