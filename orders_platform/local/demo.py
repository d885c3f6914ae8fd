"""The demo: everything once on one machine, from the shop's CSV to gold, each step over the real protocols."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from orders_platform.lakehouse.java import java_for_spark
from orders_platform.lakehouse.report import TableReport
from orders_platform.local.dagster_home import open_instance
from orders_platform.local.database import start_database
from orders_platform.local.databricks_process import start_databricks
from orders_platform.local.figures import GoldTotals, Seconds, as_dict, gold_totals
from orders_platform.local.full_pass import PassOutcome, run_full_pass
from orders_platform.local.home import Home, locked_home
from orders_platform.local.hub_process import start_hub
from orders_platform.local.processes import Children
from orders_platform.local.progress import DemoProgress
from orders_platform.local.quiet import stderr_kept_in
from orders_platform.local.squad_process import start_squad, wait_for_relay
from orders_platform.settings import Settings
from orders_platform.squad.replay import Days, Pace, ReplayEvent, replay_events
from orders_platform.squad.via import Via

if TYPE_CHECKING:
    from dagster import DagsterInstance

# where messages become orders, duplicates or quarantined ones
JUDGING_TABLE: Final = "silver.order_events"


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What the demo did.

    Attributes:
        events: transactions of the CSV, each an event.
        without_customer: those of them that name no customer.
        totals: None where the pass ended before there was gold.
    """

    home: Path
    events: int
    without_customer: int
    reports: tuple[TableReport, ...]
    run: PassOutcome
    totals: GoldTotals | None
    seconds: Seconds

    def as_json(self) -> dict[str, object]:
        """The figures that `demo --json` writes; duplicates and quarantined are those of this run."""
        judged = [report for report in self.reports if report.table == JUDGING_TABLE]
        return {
            "events": self.events,
            **(as_dict(self.totals) if self.totals else {}),
            "duplicates": sum(report.duplicates for report in judged),
            "quarantined": sum(report.quarantined for report in judged),
            "checks": self.run.checks,
            "seconds": {"replay": self.seconds.replay, "pass": self.seconds.spark_pass, "total": self.seconds.total},
            "home": str(self.home),
        }


def run_demo(csv: Path, root: Path, days: Days, via: Via = Via.HUB) -> DemoOutcome:
    """Run it in the folder `root`. Raises PlatformError where something is missing or wrong."""
    started = time.monotonic()
    java_for_spark(Settings.load())
    with (
        locked_home(root) as home,
        Children(home.logs) as children,
        stderr_kept_in(home.logs / "demo.log") as people,
        DemoProgress(Console(file=people)) as progress,
    ):
        progress.says("hub and cluster start")
        database = start_database(children, home)
        for said in start_hub(children, home).get("warnings", ()):
            progress.says(said)
        databricks = start_databricks(children, home)
        if via is Via.API:
            start_squad(children, database())
        sent = _replayed(csv, days, progress, via)
        replayed = time.monotonic()
        databricks()
        with open_instance(home.dagster, database()) as instance:
            return _passed(instance, home, progress, sent=sent, started=started, replayed=replayed)


def _replayed(csv: Path, days: Days, progress: DemoProgress, via: Via) -> list[ReplayEvent]:
    from orders_platform.squad.ways import carried, where  # noqa: PLC0415  loads the Azure SDK

    events, settings = replay_events(csv, days), Settings.load()
    progress.says(f"{len(events):,} orders of {csv.name} go to {where(settings, via)}")
    carried(settings, events, Pace(), progress.replaying(len(events)), via=via)
    if via is Via.API:
        progress.says("the relay sends them into the hub")
        wait_for_relay(settings)
    return events


def _passed(
    instance: "DagsterInstance",
    home: Home,
    progress: DemoProgress,
    *,
    sent: Sequence[ReplayEvent],
    started: float,
    replayed: float,
) -> DemoOutcome:
    begun = time.monotonic()
    reports: list[TableReport] = []

    def tell(report: TableReport) -> None:
        reports.append(report)
        progress.filled(report)

    run = run_full_pass(instance, home.lake, tell)
    ended = time.monotonic()
    seconds = Seconds(*(round(span, 2) for span in (replayed - started, ended - begun, ended - started)))
    without_customer = sum(not event.has_customer for event in sent)
    return DemoOutcome(home.root, len(sent), without_customer, tuple(reports), run, gold_totals(home.lake), seconds)
