"""Results for people, for programs and for the documents."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.budgets import BUDGETS
from benchmarks.figures import Figure, Section
from benchmarks.machine import Machine

_HEAD = ("what", "ours", "peer", "ratio", "budget", "kept")
_TEMPLATE = """# Benchmarks

Made last by `{command}` on {date}; not edited by hand. A row that was not measured then is of the day that stands in it. Ratios
are against a peer in the same run, on the same machine, with the same events: they carry over to other machines, seconds do not.

Machine: {machine}.

{table}

## How to read it

- The peer of the pass is a plain chain ([plain_chain.py](../benchmarks/plain_chain.py)): hub to bronze, `from_json` and MERGE
  into silver, one gold table by `replaceWhere`. It fills three tables without a check; ours fills nine, with all checks. Both
  run in the same kind of session. Its gold is partitioned by day, as `replaceWhere` invites to, and pays for a file a day; the
  second row leaves that out.
- After each whole load the lines and the net amount in both golds are compared with the events sent.
- What the checks cost is nine small queries: that keys stand once, that each day of gold agrees with a recount of its events,
  that no version is missing, that prices are usual. For few orders most of it is Spark's planning and Delta's list of files, paid
  nine times. In continuous mode no batch waits for them: the same job asks them beside the stream.
- The declarative pipeline makes the same tables out of the same rules and transforms ([pipeline.md](en/pipeline.md) tells when to
  choose it). Warm, both have a Spark that runs already; a whole run of it is a full refresh by the command of `spark-pipelines`,
  whose own start, some seconds of Python and of planning, is a part of each run. Cold, both start everything.
- The backup's writer works in the same Spark as the pass, in a session of its own, as under `up`; in Azure it may have a cluster
  to itself. "While it keeps": a pass over the hub, and meanwhile the writer keeps the same events once, so that each line is
  taken by both, as in life. "One after the other": all of the writer's time is added to the pass's, as if the two never
  overlapped. The hub's tails are asked for before the clock runs.
- "Made again out of the backup" is `backup replay` into an empty lake; its peer is a pass over the hub into an empty lake. They
  differ in bronze alone: silver, gold and their checks are the same work on the same rows, and take most of the time of both.
- A ratio above 1 means that ours is better. Figures of passes and of publishing are medians; single measurements are in the JSON
  that `--json` writes.
- The history is the shipped dataset side by side in time. "{grows}x" means {grows} times as many days, not busier days.
- "Cold" begins with the start of the process and counts the start of Python, Java and Spark.
- Latency runs from the hub's acknowledgement of an order to the moment at which a reader without a JVM finds it counted in every
  live gold table; finding it, 0.1 s of polling included, is part of the figure. Orders are sent in ticks of 0.05 s. Sender, hub,
  Spark and reader share the cores.
- Dagster's peer is Dagster with no setting made. The pass does nothing then, so that what is left is Dagster: the request to
  launch it, the queue, a process for the run, the events of all tables and checks.
- A pass that starts by itself is measured on `up`: from the hub's acknowledgement to Dagster's own time of the run's start.
- "By Dagster's job" is continuous mode as `up` has it; its peer is the same without Dagster, so a ratio of 1 means that Dagster
  adds nothing. What Dagster shows is compared with the ledger: from a batch's end to the event that tells of it or a later one.
- The load on the API is an open loop: a call's time counts from when it was due. Orders live on after they are placed (amended,
  paid, shipped, cancelled), so there are about twice as many calls as orders. Load tool, API, PostgreSQL, relay and hub share the
  cores.
- "By the squad's API" has the same way to go and the outbox before it; the time runs from the API's answer.
- The control room is measured in Chromium: a browser that was never there opens the page, until all figures and charts stand; a
  refresh is from the page's asking until the server has sent all of the answer. The gold of ten million orders is generated, two
  years of around 13,700 orders a day, as maintenance leaves it; the ledger holds an hour of passes in both.
- The publisher is measured with a key on each event; the SDK's loop sends without keys, which costs it less.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """All that one run found.

    Attributes:
        judged: whether the sizes were those that budgets are made for.
    """

    command: str
    date: str
    machine: Machine
    sections: Sequence[Section]
    judged: bool
    grows: int

    def rows(self) -> list[tuple[str, ...]]:
        """The results as text, a row a figure, in the order of `_HEAD`."""
        return [self._row(figure) for section in self.sections for figure in section.figures]

    def _row(self, figure: Figure) -> tuple[str, ...]:
        budget = BUDGETS.get(figure.key)
        kept = "" if budget is None or not self.judged else "yes" if budget.met_by(figure) else "no"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        peer = "" if figure.peer is None else _amount(figure.peer, figure.unit)
        return figure.what, _amount(figure.ours, figure.unit), peer, ratio, str(budget or ""), kept


def show(console: Console, run: Run) -> None:
    """Print the results."""
    table = Table(title="Benchmarks", title_justify="left", title_style="bold", header_style="dim", box=box.SIMPLE_HEAD)
    for name in _HEAD:
        table.add_column(name, justify="right" if name in {"ours", "peer", "ratio"} else "left")
    for row in run.rows():
        table.add_row(*row, style="yellow" if row[-1] == "no" else None)
    console.print(table)
    console.print(str(run.machine), style="dim", highlight=False)


def as_json(run: Run) -> str:
    """Everything, single measurements included."""
    figures = {
        figure.key: {"ours": figure.ours, "peer": figure.peer, "ratio": figure.ratio, "unit": figure.unit}
        for section in run.sections
        for figure in section.figures
    }
    details = {section.name: section.details for section in run.sections}
    told = {"command": run.command, "date": run.date, "machine": asdict(run.machine), "figures": figures, "details": details}
    return json.dumps(told, indent=1)


def as_page(run: Run, earlier: str = "") -> str:
    """The page of the documents; rows of the `earlier` one that were not measured again stay, with their day."""
    measured = [(*row, run.date) for row in run.rows()]
    again = {row[0] for row in measured}
    rows = [row for row in _rows_of(earlier) if row[0] not in again] + measured
    lines = [(*_HEAD, "on"), ("---", "---:", "---:", "---:", "---", "---", "---"), *rows]
    table = "\n".join(f"| {' | '.join(row)} |" for row in lines)
    return _TEMPLATE.format(command=run.command, date=run.date, machine=run.machine, table=table, grows=run.grows)


def _rows_of(page: str) -> list[tuple[str, ...]]:
    """The rows of a page; one of before rows had a day has the page's."""
    whole = re.search(r"^Made .* on (\d{4}-\d{2}-\d{2})", page, re.MULTILINE)
    lines = re.findall(r"^\| (.*) \|$", page, re.MULTILINE)[2:]
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in lines]
    return [row if len(row) > len(_HEAD) or whole is None else (*row, whole[1]) for row in rows]


def _amount(number: float, unit: str) -> str:
    return f"{number:,.0f} {unit}" if number >= 1000 else f"{number:.2f} {unit}"
