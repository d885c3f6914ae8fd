"""What a size costs in a month, at prices that are given. None is known here: they differ by region, contract and day."""

from dataclasses import dataclass
from decimal import Decimal

from orders_platform.costs.sizing import HOURS_A_MONTH, STANDARD_UNITS, Size
from orders_platform.errors import InputError

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Prices:
    """In one currency; None: not given.

    Attributes:
        unit_hour: of a throughput unit, or of the tier's own unit.
        node_hour: of a node of the cluster: the machine and its DBUs together.
    """

    unit_hour: Decimal | None = None
    million_events: Decimal | None = None
    node_hour: Decimal | None = None
    gb_month: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A month.

    Attributes:
        items: by what is paid for; None: no price, or no number of units, was given.
        total: of the items that have one.
        idle: of a month in which no order comes.
    """

    items: dict[str, Decimal | None]
    total: Decimal
    idle: Decimal
    without: tuple[str, ...]


def bill(size: Size, prices: Prices, units: int | None = None) -> Bill:
    """`units`: what was bought, where it is not what Standard needs.

    Raises InputError where Standard has no such number, or the load needs more.
    """
    if units is not None and size.units is not None and not size.units <= units <= STANDARD_UNITS:
        raise InputError(f"--hub-units {units}: this load needs {size.units} of Standard, which has at most {STANDARD_UNITS}")
    bought = size.units if units is None else units
    hub = None if bought is None else _times(prices.unit_hour, bought * HOURS_A_MONTH)
    items = {
        "hub": hub,
        "events": _times(prices.million_events, size.million_events),
        "cluster": _times(prices.node_hour, size.node_hours),
        "storage": _times(prices.gb_month, size.gigabytes),
    }
    idle = (hub, _times(prices.node_hour, size.idle_node_hours))
    return Bill(
        items=items,
        total=sum((item for item in items.values() if item is not None), Decimal(0)),
        idle=sum((item for item in idle if item is not None), Decimal(0)),
        without=tuple(name for name, item in items.items() if item is None),
    )


def _times(price: Decimal | None, amount: float) -> Decimal | None:
    return None if price is None else (price * Decimal(str(amount))).quantize(_CENT)
