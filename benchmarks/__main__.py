"""`python -m benchmarks`: the platform's speed, each figure beside its peer or its budget, in one run."""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import backup, checks, dagster_cost, declarative, hub_to_gold, live, publishing, room, squad, starting
from benchmarks.figures import Section
from benchmarks.hub_to_gold import Size
from benchmarks.live import Feed, Pace
from benchmarks.machine import Machine
from benchmarks.orders import History
from benchmarks.publishing import Amount
from benchmarks.room import Visits
from benchmarks.showing import Run, as_json, as_page, show
from benchmarks.squad import Crowd
from benchmarks.workplace import Workplace
from orders_platform.errors import InputError, PlatformError
from orders_platform.local.quiet import stderr_kept_in
from orders_platform.local.sample_feed import SAMPLE
from orders_platform.settings import pass_on

ALL = ("pass", "checks", "declarative", "backup", "publish", "squad", "dagster", "continuous", "room")
_COPIES = 5
_RUNS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how much of it."""

    csv: Path
    size: Size
    amount: Amount
    pace: Pace
    with_peer: bool
    crowd: Crowd = field(default_factory=Crowd)
    runs: int = _RUNS
    visits: Visits = field(default_factory=Visits)
    cut: int | None = None

    def sections(self, place: Workplace, wanted: list[str]) -> Iterator[Section]:
        """Measure, one after the other."""
        history = History.of(self.csv, self.size.copies * self.size.grows, self.cut)
        measured: dict[str, Callable[[], Iterator[Section]]] = {
            "pass": lambda: iter([hub_to_gold.measure(place, history, self.size)]),
            "checks": lambda: iter([checks.measure(place, history, self.size)]),
            "declarative": lambda: iter([declarative.measure(place, history, self.size.warm)]),
            "backup": lambda: iter([backup.measure(place, history, self.size.warm)]),
            "publish": lambda: iter([publishing.measure(place, self.amount)]),
            "squad": lambda: iter([squad.measure(place, self.crowd)]),
            "dagster": lambda: self._dagster(place, history),
            "continuous": lambda: iter([live.measure(place, Feed(self.csv, history, self.pace), with_peer=self.with_peer)]),
            "room": lambda: iter([room.measure(place, history, self.visits)]),
        }
        for name in ALL:
            if name in wanted:
                yield from measured[name]()

    def _dagster(self, place: Workplace, history: History) -> Iterator[Section]:
        yield dagster_cost.measure(place, self.runs)
        yield starting.measure(place, history, self.runs)


def main(  # noqa: PLR0913  every option is a parameter
    *,
    only: Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(ALL)}; may be given again.")] = None,
    csv: Annotated[Path | None, typer.Option(help="The shop's whole CSV. [default: the shipped excerpt, copied]")] = None,
    copies: Annotated[int | None, typer.Option(min=1, help=f"Copies of it. [default: {_COPIES} of the excerpt, or 1]")] = None,
    grows: Annotated[int, typer.Option(min=1, help="Times as much history for the last small passes; 1 leaves it out.")] = 10,
    rate: Annotated[float, typer.Option(min=1, help="Orders a second in continuous mode.")] = 100,
    seconds: Annotated[float, typer.Option(min=1, help="How long, after a minute of warming.")] = 180,
    with_peer: Annotated[bool, typer.Option("--with-peer", help="A plain stream in continuous mode, too.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Tiny sizes: whether it works, not how fast.")] = False,
    json: Annotated[Path | None, typer.Option(help="Write everything measured to this file.")] = None,
    write: Annotated[
        Path | None,
        typer.Option(help="Write the page of the documents, e.g. docs/benchmarks.md; what is not measured stays in it."),
    ] = None,
    date: Annotated[str | None, typer.Option(help="The date on the page. [default: today, UTC]")] = None,
) -> None:
    """Measure; half an hour on two quiet cores."""
    wanted = only or list(ALL)
    if unknown := sorted(set(wanted) - set(ALL)):
        raise InputError(f"--only {', '.join(unknown)}: there are {', '.join(ALL)}")
    size = Size(copies or (1 if csv else _COPIES), grows=grows)
    csv = (csv or SAMPLE).absolute()
    plan = Plan(csv, size, Amount(), Pace(rate, seconds, warming=60), with_peer)
    if quick:
        size = Size(1, warm=1, small=1, new_orders=20, grows=min(grows, 2))
        plan = Plan(csv, size, Amount(1000, 1), Pace(20, 5, warming=2), with_peer, crowd=Crowd(20, 3, 1000, 1), runs=1, cut=100)
        plan = replace(plan, visits=Visits(opened=1, refreshes=1, orders=20_000, days=40))
    machine = Machine.here()
    sections = _measured(plan, wanted)
    # where its JSON went is of this machine
    words = [word for word in sys.argv[1:] if word not in ("--json", str(json), f"--json={json}")]
    command = " ".join(["python -m benchmarks", *words])
    run = Run(command, date or f"{datetime.now(UTC):%Y-%m-%d}", machine, sections, judged=not quick, grows=size.grows)
    show(Console(), run)
    if json:
        json.write_text(as_json(run))
    if write:
        write.write_text(as_page(run, write.read_text() if write.exists() else ""))


def _measured(plan: Plan, wanted: list[str]) -> tuple[Section, ...]:
    """In a folder of its own, which is gone afterwards; what libraries and the JVM say is kept out of the progress."""
    # this package is not installed, and the children start elsewhere: the JVM writes into the folder it is started in
    pass_on({"PYTHONPATH": str(Path(__file__).resolve().parents[1])})
    with (
        tempfile.TemporaryDirectory(prefix="orders-bench-") as folder,
        stderr_kept_in(Path(folder) / "stderr.log") as people,
        contextlib.chdir(folder),
    ):
        return tuple(plan.sections(Workplace(Path(folder).resolve(), Console(file=people)), wanted))


if __name__ == "__main__":
    try:
        typer.run(main)
    except PlatformError as fault:
        Console(stderr=True).print(f"[bold red]{type(fault).__name__}:[/] {fault}", highlight=False, soft_wrap=True)
        sys.exit(fault.exit_code)
