"""Replay of the dataset by the API: its orders come in as documents from before it, however often, each once."""

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import orjson

from orders_platform.errors import ApiError, InputError, PlatformError, SettingsError
from orders_platform.squad.api_client import Answer, ApiClient, Call, Patience, api_client
from orders_platform.squad.event_loop import run, tasks
from orders_platform.squad.replay import Pace, ReplayEvent
from orders_platform.squad.tokens import Token

_UNDER_WAY = 32
_WORD = "dataset"
_REFUSING = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_SHARED = ("order_id", "kind", "placed_at", "country", "currency")
_LINE = ("product_no", "product_name", "unit_price_minor", "quantity")


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of the orders."""

    placed: int
    already_there: int


def place(
    events: Sequence[ReplayEvent],
    *,
    url: str,
    token: Token | None,
    pace: Pace,
    progress: Callable[[int], None] = lambda _: None,
    patience: Patience | None = None,
) -> Placed:
    """Bring the orders in when they are due, the oldest first. Raises PlatformError that says how far it came."""
    return run(_place(events, url=url, token=token, pace=pace, progress=progress, patience=patience))


async def _place(
    events: Sequence[ReplayEvent],
    *,
    url: str,
    token: Token | None,
    pace: Pace,
    progress: Callable[[int], None],
    patience: Patience | None,
) -> Placed:
    async with api_client(url, token, connections=_UNDER_WAY, patience=patience) as client:
        replay = _Replay(client, url, progress, asyncio.Semaphore(_UNDER_WAY))
        await replay.all(events, pace)
    return Placed(replay.placed, replay.already_there)


@dataclass(slots=True)
class _Replay:
    """A replay on its way; `free` is what calls under way take from."""

    client: ApiClient
    url: str
    progress: Callable[[int], None]
    free: asyncio.Semaphore
    placed: int = 0
    already_there: int = 0

    async def all(self, events: Sequence[ReplayEvent], pace: Pace) -> None:
        start = time.monotonic()
        async with tasks() as group:
            for due, event in zip(pace.due(events), events, strict=True):
                await asyncio.sleep(start + due - time.monotonic())
                await self.free.acquire()
                group.create_task(self._one(event))

    async def _one(self, event: ReplayEvent) -> None:
        try:
            answer = await self.client.call(_call(event))
        finally:
            self.free.release()
        if answer.status == HTTPStatus.CONFLICT or _is_of_an_earlier_replay(answer):
            self.already_there += 1
        elif answer.accepted:
            self.placed += 1
        else:
            raise self._explained(event, answer)
        self.progress(1)

    def _explained(self, event: ReplayEvent, answer: Answer) -> PlatformError:
        if answer.status is None:
            return ApiError(
                f"the API at {self.url} did not take order {event.order_id} in time ({answer.faults[-1]}) after "
                f"{self.placed + self.already_there} others: see that it serves, and replay again, which places none twice"
            )
        if answer.status in _REFUSING:
            return SettingsError(
                f"the API refuses: {answer.detail}; check ORDERS_API_AUDIENCE, and give this identity the scope orders.import"
            )
        return InputError(f"the API does not take order {event.order_id} ({answer.status}): {answer.detail}")


def _call(event: ReplayEvent) -> Call:
    # the same at every replay; and whatever the id is made of, a UUID can stand in a header
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_WORD}:{event.order_id}"))
    return Call("POST", "/imports", key, time.monotonic(), document(event.body))


def document(event: bytes) -> bytes:
    """An event's order as `POST /imports` takes it."""
    order = orjson.loads(event)["data"]
    lines = [{name: line[name] for name in _LINE} for line in order["lines"]]
    return orjson.dumps({name: order[name] for name in _SHARED} | {"customer_id": order["customer_ref"], "lines": lines})


def _is_of_an_earlier_replay(answer: Answer) -> bool:
    # after a fault it may well be the answer that got lost
    return answer.accepted and answer.replayed and not answer.faults
