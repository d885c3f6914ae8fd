"""Orders in the database, within one transaction: each write leaves the event that tells of it in the outbox."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from orders_platform.contracts.event import CustomerRef, Order, OrderId, OrderLine, build, to_bytes
from orders_platform.contracts.judging import broken_rules
from orders_platform.contracts.rules import MAX_BODY_BYTES
from orders_platform.squad.database import Values, statement
from orders_platform.squad.service.refusals import NotFound, NotProcessable, StateConflict, TooLarge

_REF_BYTES = 16


@dataclass(frozen=True, slots=True)
class OrderStore:
    """Reads and writes orders by a connection whose transaction another one begins and ends."""

    connection: AsyncConnection[DictRow]

    async def order(self, order_id: OrderId) -> Order:
        """The order as it stands. Raises NotFound."""
        return await self._one("order", order_id)

    async def locked(self, order_id: OrderId) -> Order:
        """The same, kept from all others until the transaction ends: versions are then committed in their order."""
        return await self._one("order_locked", order_id)

    async def units_cancelled(self, order_id: OrderId) -> dict[int, int]:
        """Units of an order that are taken back, by line number; complete while the order is locked."""
        rows = await self._rows("units_cancelled", {"order_id": order_id})
        return {row["line_no"]: row["units"] for row in rows}

    async def customer_ref(self, customer_id: str | None) -> CustomerRef | None:
        """The pseudonym of a customer, made up at the first order: nothing leads from it to the customer but this table."""
        if customer_id is None:
            return None
        known: Values = {"customer_id": customer_id}
        found = await self._rows("customer_ref", known)
        if not found:
            made = known | {"customer_ref": secrets.token_hex(_REF_BYTES)}
            await self.connection.execute(statement("customer_add"), made)
            # another call may have been first
            found = await self._rows("customer_ref", known)
        return CustomerRef(found[0]["customer_ref"])

    async def add(self, order: Order) -> None:
        """Write a new order and its event. Raises StateConflict where the id is taken."""
        cursor = await self.connection.execute(statement("order_insert"), _values(order))
        if await cursor.fetchone() is None:
            raise StateConflict(f"{order.order_id} is there already: read it, or give the new one another id")
        await self._tell(order)

    async def change(self, order: Order) -> None:
        """Write the next version of a locked order and its event."""
        await self.connection.execute(statement("order_update"), _values(order))
        await self._tell(order)

    async def _tell(self, order: Order) -> None:
        event = build(order, datetime.now(UTC))
        body = to_bytes(event)
        _refuse_what_the_contract_refuses(order, body)
        told: Values = {"order_id": order.order_id, "version": order.order_version, "event_id": event.id, "body": body}
        await self.connection.execute(statement("outbox_add"), told)

    async def _one(self, name: str, order_id: OrderId) -> Order:
        rows = await self._rows(name, {"order_id": order_id})
        if not rows:
            raise NotFound(f"{order_id} is no order of this shop")
        return order_of(rows[0])

    async def _rows(self, name: str, values: Values) -> list[DictRow]:
        cursor = await self.connection.execute(statement(name), values)
        return await cursor.fetchall()


def order_of(row: DictRow) -> Order:
    """A row of the table as an order."""
    return Order(
        order_id=OrderId(row["order_id"]),
        order_version=row["version"],
        kind=row["kind"],
        cancels_order_id=row["cancels_order_id"],
        status=row["status"],
        placed_at=row["placed_at"],
        occurred_at=row["occurred_at"],
        customer_ref=row["customer_ref"],
        country=row["country"],
        currency=row["currency"],
        lines=tuple(OrderLine(**line) for line in row["lines"]),
    )


def _values(order: Order) -> Values:
    return {
        "order_id": order.order_id,
        "version": order.order_version,
        "kind": order.kind,
        "cancels_order_id": order.cancels_order_id,
        "status": order.status,
        "customer_ref": order.customer_ref,
        "country": order.country,
        "currency": order.currency,
        "lines": orjson.dumps(order.lines).decode(),
        "total_minor": order.total_minor,
        "placed_at": order.placed_at,
        "occurred_at": order.occurred_at,
    }


def _refuse_what_the_contract_refuses(order: Order, body: bytes) -> None:
    """An accepted order must count in gold: what would be set aside there is refused here, before it is accepted."""
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(f"the event of {order.order_id} has {len(body):,} bytes, the contract takes {MAX_BODY_BYTES:,}: split it")
    broken = broken_rules(body)
    if broken:
        raise NotProcessable(
            f"the event of {order.order_id} would break {', '.join(broken)}: see `orders-platform contract show`"
        )
