"""What demo and up print for people: the layers, the checks, where to look next."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.report import TableReport
from orders_platform.local.figures import GoldTotals, Seconds
from orders_platform.terminal import show_table

if TYPE_CHECKING:
    from orders_platform.local.up import Running

_A_QUERY = "select * from gold.daily_sales"
# the rule that a message without a customer breaks; it only warns
_NO_CUSTOMER = "customer_known"
_NUMBERS = ("in", "written", "duplicates", "quarantined", "rows", "seconds")


def show_layers(console: Console, reports: Sequence[TableReport]) -> None:
    """One line a table, from bronze to gold."""
    place = {each.key: number for number, each in enumerate(TABLES)}
    rows: list[tuple[object, ...]] = []
    for report in sorted(reports, key=lambda report: place[report.table]):
        counts = (report.rows_in, report.written, report.duplicates, report.quarantined, report.row_count)
        numbers = ["?" if count is None else f"{count:,}" for count in counts]
        rows.append((report.table, *numbers, f"{report.seconds:.1f}", Text.from_markup(checks_of(report))))
    console.print()
    show_table(("table", *_NUMBERS, "checks"), rows, right=_NUMBERS, title="Layers", console=console)
    console.print()


def checks_of(report: TableReport) -> str:
    """How many passed; failed ones, and those that only warn, by name."""
    passed = sum(check.passed for check in report.checks)
    failed = [check.name for check in report.checks if not check.passed and not check.warn_only]
    warning = [check.name for check in report.checks if not check.passed and check.warn_only]
    parts = (
        f"[green]{passed} passed[/]" if passed else "",
        f"[red]failed: {', '.join(failed)}[/]" if failed else "",
        f"[yellow]warns: {', '.join(warning)}[/]" if warning else "",
    )
    return ", ".join(part for part in parts if part)


def show_expected(console: Console, reports: Sequence[TableReport], *, events: int, without_customer: int) -> None:
    """Say of a warning that it is as it should be: no more messages lack a customer than transactions of the CSV do."""
    warned = sum(
        int(str(check.metadata.get("messages", 0)))
        for report in reports
        for check in report.checks
        if check.name == _NO_CUSTOMER and not check.passed
    )
    if 0 < warned <= without_customer:
        console.print(
            f"{_NO_CUSTOMER} warns, as expected: {without_customer:,} of the file's {events:,} transactions name no customer, "
            "which the contract allows",
            soft_wrap=True,
        )


def show_totals(console: Console, totals: GoldTotals, seconds: Seconds) -> None:
    """The sums of gold, and how long it all took."""
    money = {name: f"{minor / 100:,.2f}" for name, minor in _money(totals).items()}
    console.print(
        f"Gold: [bold]{totals.orders:,}[/] orders and {totals.cancellations:,} cancellations of {totals.lines:,} lines; "
        f"gross {money['gross']}, cancelled {money['cancelled']}, [bold]net {money['net']}[/]",
        soft_wrap=True,
    )
    console.print(f"Took {seconds.total:.1f} s: replay {seconds.replay:.1f} s, pass {seconds.spark_pass:.1f} s")


def show_next(console: Console, home: Path) -> None:
    """Where to look next."""
    place = shlex.quote(str(home))
    option = "" if home == Path(".orders").absolute() else f" --home {place}"
    console.print("\nWhere to look next", style="bold")
    for command, what in (
        (f"orders-platform up{option}", "the same, kept running: Dagster's pages, a feed of sample orders"),
        (f"ORDERS_HOME={place} orders-platform tables", "tables with rows, version and lag"),
        (f"ORDERS_HOME={place} orders-platform sql '{_A_QUERY}'", "a query over the lake"),
    ):
        console.print(Text.assemble("  ", command, "\n      ", (what, "dim")), soft_wrap=True)


def show_running(console: Console, running: "Running") -> None:
    """Where the running parts are, and how to use them."""
    console.print("Running; Ctrl-C stops all", style="bold")
    settings = running.hub["env"] | running.squad["env"] | running.backup["env"] | running.alerts["env"]
    env = " ".join(f"{name}={shlex.quote(value)}" for name, value in settings.items())
    for name, address in (
        ("room", f"{running.room}, orders and platform at a glance"),
        ("pages", running.dagster),
        ("assets", f"{running.dagster}/asset-groups"),
        ("passes", f"{running.dagster}/runs, started by {running.dagster}/automation"),
        ("orders", f"{running.squad['api']}/docs, the squad's API"),
        ("jobs", f"{running.databricks['databricks']}, as a Databricks workspace"),
        ("hub", f"{running.hub['hub']}: AMQP on port {running.hub['amqp']}, Kafka on port {running.hub['kafka']}"),
        ("backup", _backup(running.backup["env"])),
        ("alerts", f"{running.alerts['heartbeat']} says whether they are alive; ORDERS_ALERT_URLS, whom they tell"),
        ("clients", f"export {env}"),
        ("home", str(running.home)),
    ):
        console.print(f"  {name:<10} {address}", highlight=False, soft_wrap=True, markup=False)
    for said in running.hub.get("warnings", ()):
        console.print(f"  {'warning':<10} {said}", style="yellow", highlight=False, soft_wrap=True, markup=False)


def _backup(env: dict[str, str]) -> str:
    emulator = env.get("ORDERS_BLOB_EMULATOR")
    place = env.get("ORDERS_BACKUP", "none; --backup folder or --backup blob gives it a place")
    return f"{place}, served at http://{emulator}" if emulator else place


def _money(totals: GoldTotals) -> dict[str, int]:
    return {"gross": totals.gross_minor, "cancelled": totals.cancelled_minor, "net": totals.net_minor}
