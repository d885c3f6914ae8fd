"""`cost`: what a load needs on Azure, and what a month of it comes to at your prices."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from orders_platform.contracts.rules import MAX_BODY_BYTES
from orders_platform.costs.bill import Bill, Prices, bill
from orders_platform.costs.sizing import HOURS_A_MONTH, Load, Mode, Running, Size, size
from orders_platform.errors import InputError
from orders_platform.terminal import say, say_json, show_table

_MOST_EVENTS_A_SECOND = 10_000_000
# in the currency with the smallest unit a node's hour comes to some hundred thousands
_HIGHEST_PRICE = 1_000_000_000


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation as fault:
        raise typer.BadParameter(f"{text} is no number") from fault
    if not price.is_finite() or price.is_signed():
        raise typer.BadParameter(f"{text} is no price")
    if price > _HIGHEST_PRICE:
        raise typer.BadParameter(f"{text} is over {_HIGHEST_PRICE:,}, the highest price this works with")
    return price


Rate = Annotated[int, typer.Option(min=1, max=_MOST_EVENTS_A_SECOND, help="Events a second, at the peak.")]
Bytes = Annotated[int, typer.Option(min=1, max=MAX_BODY_BYTES, help="Of an event; 450 and 119 a line, measured.")]
Lines = Annotated[int, typer.Option(min=1, max=7_500, help="Order lines of an event.")]
Hours = Annotated[int, typer.Option(min=1, max=24, help="How long a day orders come at that rate: the shop's hours.")]
ModeName = Annotated[str, typer.Option(help="available-now: passes. continuous: one job all along.")]
EverySeconds = Annotated[
    int | None,
    typer.Option(min=1, max=86_400, help="From a pass, or batch, to the next; unsaid: 30, or passes one by one."),
]
StartMinutes = Annotated[int, typer.Option(min=0, max=60, help="Until a cluster works; a guess, so look at yours.")]
NodeCores = Annotated[int, typer.Option(min=1, max=256, help="Cores of a node; the bundle's has 4.")]
HubUnits = Annotated[int | None, typer.Option(min=1, max=1000, help="Units bought; unsaid: those that Standard needs.")]
UnitHour = Annotated[Decimal | None, typer.Option(parser=_price, metavar="PRICE", help="Of a unit of the hub for an hour.")]
MillionEvents = Annotated[
    Decimal | None,
    typer.Option(
        parser=_price, metavar="PRICE", help="Of a million events into the hub; each 64 kB of a larger one count as one."
    ),
]
NodeHour = Annotated[
    Decimal | None, typer.Option(parser=_price, metavar="PRICE", help="Of a node for an hour, the machine and its DBUs.")
]
GbMonth = Annotated[Decimal | None, typer.Option(parser=_price, metavar="PRICE", help="Of a GB of Blob storage for a month.")]
PricedOn = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The day of the prices; needed with any.")]


def cost(
    *,
    events_per_second: Rate,
    event_bytes: Bytes = 1_900,
    lines_per_event: Lines = 12,
    hours_a_day: Hours = 12,
    mode: ModeName = "available-now",
    every_seconds: EverySeconds = None,
    start_minutes: StartMinutes = 5,
    node_cores: NodeCores = 4,
    hub_units: HubUnits = None,
    price_unit_hour: UnitHour = None,
    price_million_events: MillionEvents = None,
    price_node_hour: NodeHour = None,
    price_gb_month: GbMonth = None,
    priced_on: PricedOn = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")] = False,
) -> None:
    """Say how big a hub and a cluster a load needs, and what a month costs at the prices you give: it knows none itself.

    The arithmetic is shown; what it rests on stands in docs/en/scale.md.
    """
    prices = Prices(price_unit_hour, price_million_events, price_node_hour, price_gb_month)
    if hub_units is not None and price_unit_hour is None:
        raise InputError("--hub-units is for the bill: give --price-unit-hour with it")
    day = _day(priced_on, prices)
    running = Running(_mode(mode), every_seconds, start_minutes, node_cores)
    needed = size(Load(events_per_second, event_bytes, lines_per_event, hours_a_day), running)
    month = bill(needed, prices, hub_units) if day else None
    if as_json:
        told = {"size": asdict(needed), "month": asdict(month) if month else None, "priced_on": day and day.isoformat()}
        say_json(told)
    else:
        _show(needed, month, day)


def _mode(text: str) -> Mode:
    if text not in ("available-now", "continuous"):
        raise InputError(f"--mode {text} is neither available-now nor continuous")
    return "continuous" if text == "continuous" else "available-now"


def _day(text: str | None, prices: Prices) -> date | None:
    """The prices' day; None where there are none."""
    given = any(price is not None for price in asdict(prices).values())
    if given and text is None:
        raise InputError("prices change: say with --priced-on of what day they are")
    if text is None:
        return None
    if not given:
        raise InputError("--priced-on goes with prices, and there are none")
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise InputError(f"--priced-on {text} is no day like 2026-11-26") from fault


def _show(needed: Size, month: Bill | None, day: date | None) -> None:
    show_table(("what", "how much", "worked out"), _sizes(needed), right=("how much",))
    if month is None:
        say("\nNo prices were given, so there is no bill: see --help, and Azure's price pages for your region.")
        return
    rows = [(name, "no price" if amount is None else f"{amount:,.2f}") for name, amount in month.items.items()]
    rows += [("in all", f"{month.total:,.2f}"), ("of a month without any order", f"{month.idle:,.2f}")]
    say("")
    show_table((f"a month, of {HOURS_A_MONTH} hours", "comes to"), rows, right=("comes to",))
    left_out = f"; without {', '.join(month.without)}" if month.without else ""
    say(f"\nAt your prices of {day}, in their currency{left_out}.")


def _sizes(needed: Size) -> list[tuple[str, str, str]]:
    units = "measure" if needed.units is None else str(needed.units)
    return [
        (f"hub, {needed.tier}: units", units, needed.why["units"]),
        ("partitions", str(needed.partitions), needed.why["partitions"]),
        ("cores", str(needed.cores), needed.why["cores"]),
        ("nodes", str(needed.nodes), needed.why["nodes"]),
        ("node-hours a month", f"{needed.node_hours:,.0f}", f"of {HOURS_A_MONTH * needed.nodes:,}"),
        ("of a month without any order", f"{needed.idle_node_hours:,.0f}", ""),
        (
            "seconds to gold, at worst",
            f"{needed.worst_seconds:,.0f}",
            "from one pass to the next, and a pass, when the day is nearly over",
        ),
        ("GB a month, for each copy", f"{needed.gigabytes:,.0f}", needed.why["gigabytes"]),
    ]
