"""Lives one order by the API: its calls when they are due, each answer judged and kept."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final

import orjson

from orders_platform.squad.api_client import Answer, ApiClient, Call
from orders_platform.squad.load.asking import METHODS, body, path
from orders_platform.squad.load.durable import LedgerKeeper
from orders_platform.squad.load.expecting import Stand, documents, placed, wrong
from orders_platform.squad.load.figures import REPEAT, Figures
from orders_platform.squad.load.ledger import entries, unknown_entry
from orders_platform.squad.load.lives import Life, Step

Spawn = Callable[[Coroutine[Any, Any, None]], object]
# of the server's load or of the order's state; any other refusal of what a life asks for is wrong
_FAIR_REFUSALS: Final = frozenset({
    HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS,
})  # fmt: skip


@dataclass(slots=True)
class Means:
    """What all lives of a load share.

    Attributes:
        run: a word of this run, so that no key was used before.
        start: when the load started, by `time.monotonic`.
        most: calls that may be under way at once.
        haste: how many times faster than usual lives are lived.
        spawn: runs what nobody waits for.
        stopped: whether no further call is to be begun.
    """

    client: ApiClient
    ledger: LedgerKeeper
    figures: Figures
    run: str
    start: float
    most: int
    haste: float
    spawn: Spawn
    stopped: Callable[[], bool]
    under_way: int = field(default=0)


@dataclass(slots=True)
class Living:
    """One order and how it stands; `due` is when its next step is."""

    means: Means
    life: Life
    due: float
    order_id: str | None = None
    stand: Stand | None = None

    async def live(self) -> None:
        """Take all steps, up to one that is not accepted."""
        for number, step in enumerate(self.life.steps):
            self.due += step.after / self.means.haste
            await asyncio.sleep(self.due - time.monotonic())
            # whoever began this life has seen that it may begin
            if (number and self.means.stopped()) or not await self._take(number, step):
                return

    async def _take(self, number: int, step: Step) -> bool:
        """Whether the step was accepted."""
        call = self._call(number, step)
        if not self._may_send(step.verb):
            return False
        if step.repeated_after == 0:
            answer, again = await asyncio.gather(self._send(step.verb, call), self._send(REPEAT, call))
            self._compare(step, answer, again)
        else:
            answer = await self._send(step.verb, call)
        if step.repeated_after:
            self.means.spawn(self._repeat(step, call, answer))
        if self._is_wrong(step, answer) or not answer.accepted:
            return False
        self.order_id = self.order_id or documents(answer.document)[0]["order_id"]
        self.stand = self.stand.after(step) if self.stand else placed(step)
        return True

    def _call(self, number: int, step: Step) -> Call:
        sent = body(self.life, step)
        return Call(
            METHODS[step.verb],
            path(step, self.order_id),
            f"{self.means.run}.{self.life.number}.{number}",
            self.due,
            orjson.dumps(sent) if sent is not None else None,
            self.stand.version if self.stand and step.verb == "amend" else None,
        )

    def _may_send(self, name: str) -> bool:
        may = self.means.under_way < self.means.most
        self.means.figures.calls[name].not_sent += not may
        return may

    async def _send(self, name: str, call: Call) -> Answer:
        means, order_id = self.means, self.order_id
        means.under_way += 1
        try:
            answer = await means.client.call(call)
        except asyncio.CancelledError:
            means.ledger.note(unknown_entry(name, call.key, order_id))
            means.figures.calls[name].unknown += 1
            raise
        finally:
            means.under_way -= 1
        means.figures.answered(name, answer, due=call.due)
        if answer.status is None:
            await means.ledger.keep(unknown_entry(name, call.key, order_id))
        elif answer.accepted:
            await means.ledger.keep(entries(name, call.key, documents(answer.document)))
            means.figures.accepted(name, after=answer.done_at - means.start)
        return answer

    async def _repeat(self, step: Step, call: Call, first: Answer) -> None:
        """Send a call a second time, later, when its order may have gone on."""
        again = replace(call, due=call.due + (step.repeated_after or 0) / self.means.haste)
        await asyncio.sleep(again.due - time.monotonic())
        if not self.means.stopped() and self._may_send(REPEAT):
            self._compare(step, first, await self._send(REPEAT, again))

    def _is_wrong(self, step: Step, answer: Answer) -> bool:
        faults: list[str] = []
        if answer.accepted:
            faults = wrong(self.life, step, before=self.stand, order_id=self.order_id, answer=answer.document)
        elif answer.status is not None and answer.status not in _FAIR_REFUSALS:
            faults = [f"{step.verb} of {self.order_id or 'a new order'} was refused with {answer.status}: {answer.detail}"]
        self.means.figures.found_wrong(faults)
        return bool(faults)

    def _compare(self, step: Step, first: Answer, again: Answer) -> None:
        known = first.accepted and again.status is not None
        if known and (again.status, again.document) != (first.status, first.document):
            ids = " and ".join(str(documents(one.document)[0].get("order_id")) for one in (first, again))
            self.means.figures.found_wrong([f"{step.verb}: the same key gave different answers, of {ids}"])
