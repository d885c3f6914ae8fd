"""A writing call is carried out once: the change, its event and its answer are committed together, or not at all."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from orders_platform.contracts.event import OrderId
from orders_platform.squad.database import statement
from orders_platform.squad.service.order_store import OrderStore
from orders_platform.squad.service.pool import Pool, lent
from orders_platform.squad.service.refusals import KeyReused


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, under which key, for what; the same key from another caller is another key."""

    caller: str
    key: str
    request: tuple[object, ...]

    @property
    def request_hash(self) -> bytes:
        """What the request is known by, however its JSON was laid out."""
        return hashlib.sha256(orjson.dumps(self.request, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller gets, now and whenever the call is repeated.

    Attributes:
        replayed: whether it is the answer to an earlier call.
    """

    status: int
    body: bytes
    order_id: OrderId
    version: int
    replayed: bool = False


async def once(pool: Pool, call: Call, change: Callable[[OrderStore], Awaitable[Answer]]) -> Answer:
    """The answer to a call: what `change` gives, or what it gave the first time. Raises KeyReused, and what `change` raises."""
    values: dict[str, object] = {"caller": call.caller, "key": call.key, "request_hash": call.request_hash}
    # statements go out together, up to one whose answer is needed: a call waits for the database four times and not eight
    async with lent(pool) as connection, connection.pipeline():
        claimed = await (await connection.execute(statement("idempotency_claim"), values)).fetchone()
        if claimed is None:
            return await _kept(connection, values)
        answer = await change(OrderStore(connection))
        kept = {"status": answer.status, "body": answer.body, "order_id": answer.order_id, "version": answer.version}
        await connection.execute(statement("idempotency_keep"), values | kept)
        await connection.commit()
        return answer


async def _kept(connection: AsyncConnection[DictRow], values: dict[str, object]) -> Answer:
    row = await (await connection.execute(statement("idempotency_answer"), values)).fetchone()
    if row is None or row["request_hash"] != values["request_hash"]:
        raise KeyReused(f"the key {values['key']} came with another request before: take a new key for a new request")
    return Answer(row["status"], row["body"], row["order_id"], row["version"], replayed=True)
