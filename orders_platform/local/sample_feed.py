"""Sample orders all along: the shipped dataset again and again, each time as new orders of this very moment.

Run by `up` as `python -m orders_platform.local.sample_feed`; ends when it is asked to, or when the hub is gone.
"""

import dataclasses
import itertools
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

from orders_platform.contracts.event import OrderChanged, OrderId, build, to_bytes
from orders_platform.errors import HubError
from orders_platform.settings import Settings

ORDERS_A_SECOND: Final = 2.0
SAMPLE: Final = Path(str(files("orders_platform.squad").joinpath("data/online_shop_2018-12_to_2019-02.csv.gz")))


def main() -> int:
    """Feed the hub of the settings."""
    from orders_platform.hub.publish import Publisher  # noqa: PLC0415  loads the Azure SDK
    from orders_platform.squad.dataset import read_orders  # noqa: PLC0415  a module that says SAMPLE needs none of it
    from orders_platform.squad.order_events import order_events  # noqa: PLC0415  the same

    events = list(order_events(read_orders(SAMPLE)))
    # two feeds of one lake, even of different days, must not make the same order
    started = f"{int(time.time()):x}"
    try:
        with Publisher(Settings.load().need_hub()) as publisher:
            for event in endless(events, started):
                fresh = as_of(event, datetime.now(UTC))
                publisher.publish([(fresh.order.order_id, to_bytes(fresh))])
                time.sleep(1 / ORDERS_A_SECOND)
    except HubError as fault:
        sys.stderr.write(f"{fault}\n")
    return 1


def endless(events: Iterable[OrderChanged], started: str) -> Iterator[OrderChanged]:
    """The events again and again, each time of other orders."""
    kept = tuple(events)
    for loop in itertools.count(1):
        for event in kept:
            order_id = OrderId(f"{event.order.order_id}-{started}-{loop}")
            yield build(dataclasses.replace(event.order, order_id=order_id), event.time)


def as_of(event: OrderChanged, now: datetime) -> OrderChanged:
    """The event as if its order were placed `now`."""
    return build(dataclasses.replace(event.order, placed_at=now, occurred_at=now), now)


if __name__ == "__main__":
    sys.exit(main())
