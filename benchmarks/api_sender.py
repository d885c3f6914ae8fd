"""The sender of the benchmark through the API: `python -m benchmarks.api_sender CSV RATE SECONDS`.

Calls go out at an even pace whatever the API does; a line is printed for each order that it accepted, as benchmarks.sender does.
"""

import asyncio
import itertools
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.orders import History, live_orders
from orders_platform.settings import Settings
from orders_platform.squad.api_client import ApiClient, Call, api_client
from orders_platform.squad.front_door import document

_CONNECTIONS = 100


@dataclass(slots=True)
class Sender:
    """Counts what was accepted."""

    client: ApiClient
    accepted: int = 0

    async def send(self, call: Call) -> None:
        """Place an order. Raises RuntimeError where it is refused: the figures would be of other orders."""
        answer = await self.client.call(call)
        if not answer.accepted:
            raise RuntimeError(f"{call.path}: {answer.detail}")
        self.accepted += 1
        print(self.accepted, answer.done_at, flush=True)


async def main(csv: Path, rate: float, seconds: float) -> None:
    """Send, and come back when all are accepted."""
    orders = live_orders(History.of(csv, 1).dataset, f"{int(time.time()):x}")
    async with api_client(Settings.load().api.need_url(), None, connections=_CONNECTIONS) as client, asyncio.TaskGroup() as calls:
        sender, begun = Sender(client), time.monotonic()
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            [(order_id, body)] = itertools.islice(orders, 1)
            calls.create_task(sender.send(Call("POST", "/imports", order_id, due, document(body))))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
