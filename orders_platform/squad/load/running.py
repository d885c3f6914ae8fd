"""Begins lives of orders at a set rate, whatever the server does: each has its due time from the start."""

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from orders_platform.squad.api_client import ApiClient
from orders_platform.squad.event_loop import tasks
from orders_platform.squad.load.durable import LedgerKeeper
from orders_platform.squad.load.figures import Figures
from orders_platform.squad.load.lives import life
from orders_platform.squad.load.living import Living, Means

# what calls under way are given to end once the load is stopped
_FAREWELL_SECONDS = 5.0
_LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Plan:
    """How many orders a second, for how long, and which lives.

    Attributes:
        most_under_way: calls at once; what comes due beyond them is not sent.
        haste: how many times faster than usual lives are lived.
    """

    rate: float
    seconds: float
    seed: int
    most_under_way: int = 2_000
    haste: float = 1.0

    @property
    def orders(self) -> int:
        """How many orders come due."""
        return max(1, round(self.rate * self.seconds))


class Load:
    """A load on its way; `figures` hold what it has come to."""

    def __init__(self, plan: Plan, client: ApiClient, ledger: LedgerKeeper) -> None:
        """Prepare the load."""
        self.figures = Figures()
        self.run_word = uuid.uuid4().hex[:12]
        self.lasted = 0.0
        self._plan, self._client, self._ledger = plan, client, ledger
        self._stop = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    @property
    def stopped(self) -> bool:
        """Whether it was told to end early."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End early: place no more, and give calls under way a moment; asked a second time, none."""
        if self.stopped:
            self._cancel_all()
        self._stop.set()

    async def run(self, progress: Callable[[Figures], None] = lambda _: None) -> None:
        """Place all orders and live their lives to the end. Raises PlatformError, such as a ledger that cannot be written."""
        showing = asyncio.create_task(self._show(progress))
        try:
            async with tasks() as group:
                await self._place_all(group)
                await self._wait_for_all()
        finally:
            showing.cancel()
            progress(self.figures)

    async def _place_all(self, group: asyncio.TaskGroup) -> None:
        start = time.monotonic()

        def spawn(work: Coroutine[Any, Any, None]) -> None:
            task = group.create_task(work)
            self._running.add(task)
            task.add_done_callback(self._running.discard)

        means = Means(
            client=self._client,
            ledger=self._ledger,
            figures=self.figures,
            run=self.run_word,
            start=start,
            most=self._plan.most_under_way,
            haste=self._plan.haste,
            spawn=spawn,
            stopped=self._stop.is_set,
        )
        for number in range(self._plan.orders):
            due = start + number / self._plan.rate
            if await self._stopped_before(due):
                break
            self.figures.due += 1
            spawn(Living(means, life(self._plan.seed, number), due).live())
        await self._stopped_before(start + self._plan.seconds)
        self.lasted = time.monotonic() - start

    async def _stopped_before(self, moment: float) -> bool:
        try:
            await asyncio.wait_for(self._stop.wait(), max(0.0, moment - time.monotonic()))
        except TimeoutError:
            return False
        return True

    async def _wait_for_all(self) -> None:
        stopping = asyncio.create_task(self._stop.wait())
        # a life may have left a repeated call behind: look again
        while self._running and not self.stopped:
            lives = asyncio.create_task(asyncio.wait(set(self._running)))
            await asyncio.wait({stopping, lives}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_FAREWELL_SECONDS)
            self._cancel_all()

    def _cancel_all(self) -> None:
        for task in self._running:
            task.cancel()

    async def _show(self, progress: Callable[[Figures], None]) -> None:
        while True:
            progress(self.figures)
            await asyncio.sleep(_LOOK_SECONDS)
