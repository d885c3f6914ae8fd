"""Sample orders all along: the shipped dataset again and again through the squad's API, each time as new orders of this moment.

Run by `up` as `python -m orders_platform.local.sample_feed`; ends when it is asked to, or when the API is gone for good.
"""

import asyncio
import itertools
import sys
import time
from collections import deque
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson

from orders_platform.errors import PlatformError
from orders_platform.settings import Settings
from orders_platform.squad.api_client import Answer, ApiClient, Call, api_client
from orders_platform.squad.dataset import DatasetOrder, read_orders
from orders_platform.squad.order_events import CURRENCY, UNKNOWN_CUSTOMERS

ORDERS_A_SECOND: Final = 2.0
SAMPLE: Final = Path(str(files("orders_platform.squad").joinpath("data/online_shop_2018-12_to_2019-02.csv.gz")))
# so many orders are remembered, to be cancelled in part
_REMEMBERED: Final = 100


class SampleFeed:
    """The calls that the dataset's documents become."""

    def __init__(self, started: str) -> None:
        """Begin; `started` keeps the calls of two feeds apart."""
        self._started = started
        self._number = 0
        self._cancellable: deque[str] = deque(maxlen=_REMEMBERED)

    def call(self, document: DatasetOrder) -> Call | None:
        """A sale becomes an order; a cancellation takes back a unit of the oldest order remembered, if there is one."""
        self._number += 1
        if not document.is_cancellation:
            return self._made("/orders", _order(document))
        if not self._cancellable:
            return None
        return self._made(f"/orders/{self._cancellable.popleft()}/cancel", {"lines": [{"line_no": 1, "quantity": 1}]})

    def heard(self, answer: Answer) -> None:
        """Remember an order that was accepted."""
        if answer.accepted and "order_id" in answer.document:
            self._cancellable.append(answer.document["order_id"])

    def _made(self, path: str, body: dict[str, Any]) -> Call:
        return Call("POST", path, f"feed-{self._started}-{self._number}", time.monotonic(), orjson.dumps(body))


def main() -> int:
    """Feed the API of the settings."""
    feed = SampleFeed(f"{int(time.time()):x}")
    try:
        asyncio.run(_fed(Settings.load().api.need_url(), feed, read_orders(SAMPLE)))
    except PlatformError as fault:
        sys.stderr.write(f"{fault}\n")
    return 1


async def _fed(url: str, feed: SampleFeed, documents: Iterable[DatasetOrder]) -> None:
    """Call until a call gets no answer in all the time that a client has patience."""
    async with api_client(url, None, connections=1) as client:
        for document in itertools.cycle(documents):
            call = feed.call(document)
            if call is not None and not await _answered(client, feed, call):
                sys.stderr.write(f"the API at {url} does not answer any more\n")
                return
            await asyncio.sleep(1 / ORDERS_A_SECOND)


async def _answered(client: ApiClient, feed: SampleFeed, call: Call) -> bool:
    answer = await client.call(call)
    feed.heard(answer)
    return answer.status is not None


def _order(document: DatasetOrder) -> dict[str, Any]:
    return {
        "customer_id": None if document.customer_no in UNKNOWN_CUSTOMERS else document.customer_no,
        "country": document.country,
        "currency": CURRENCY,
        "lines": [
            {
                "product_no": line.product_no,
                "product_name": line.product_name,
                "unit_price_minor": line.price_minor,
                "quantity": line.quantity,
            }
            for line in document.lines
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
