"""Questions about orders: one, those that changed, totals by day, what waits for the hub."""

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Query, Request, Response
from psycopg.rows import DictRow

from orders_platform.contracts.event import OrderId
from orders_platform.squad.database import Values, statement
from orders_platform.squad.service import patterns
from orders_platform.squad.service.callers import Reader
from orders_platform.squad.service.documents import ASKING, FOUND, Id
from orders_platform.squad.service.models import Moment, OrderOut, OrdersPage, OutboxOut, Reconciliation, order_out
from orders_platform.squad.service.order_store import OrderStore, order_of
from orders_platform.squad.service.pool import lent
from orders_platform.squad.service.refusals import NotProcessable
from orders_platform.squad.service.strict_json import StrictRoute

ROUTES = APIRouter(tags=["questions"], route_class=StrictRoute, responses=ASKING)
_MOST_DAYS = 400
_EARLIEST = date(2000, 1, 1)
_LATEST = date(2100, 1, 1)

Since = Annotated[Moment, Query(description="Changed after this moment.", examples=["2026-11-01T00:00:00Z"])]
After = Annotated[
    str, Query(max_length=64, pattern=patterns.ID_OR_NONE, description="Of that moment, only orders behind this id.")
]
Limit = Annotated[int, Query(ge=1, le=1000)]
Day = Annotated[date, Query(ge=_EARLIEST, le=_LATEST, examples=["2026-11-01"])]


@ROUTES.get("/orders/{order_id}", summary="Show an order", response_model=OrderOut, responses=FOUND)
async def one(request: Request, order_id: Id, _caller: Reader) -> Response:
    """An order as it stands."""
    async with lent(request.app.state.pool) as connection:
        order = await OrderStore(connection).order(OrderId(order_id))
    return _json(order_out(order), {"ETag": f'"{order.order_version}"'})


@ROUTES.get("/orders", summary="List orders by their last change", response_model=OrdersPage)
async def changed(request: Request, _caller: Reader, updated_since: Since, after: After = "", limit: Limit = 100) -> Response:
    """Orders by the time of their last change, oldest first; a page of large orders is shorter than its limit.

    A change shows at most half a minute after its time, when its transaction ends: let your next question overlap so much.
    """
    rows = await _rows(request, "orders_updated", {"since": updated_since, "after": after, "limit": limit})
    orders = [order_out(order_of(row)) for row in rows]
    return _json({"orders": orders, "next": _address(rows[-1], limit) if rows else None})


@ROUTES.get("/reconciliation", summary="Totals by day and currency", response_model=Reconciliation)
async def reconciliation(
    request: Request,
    _caller: Reader,
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to")],
) -> Response:
    """What was accepted, by the day on which it was placed and by currency: what gold must have, too."""
    if not timedelta(0) <= last - first < timedelta(days=_MOST_DAYS):
        raise NotProcessable(f"from and to span 1 to {_MOST_DAYS} days")
    zone = request.app.state.time_zone
    days = await _rows(request, "reconciliation", {"zone": zone, "first": first, "last": last})
    return _json({"time_zone": zone, "days": days})


@ROUTES.get("/outbox", summary="What waits for the hub", response_model=OutboxOut)
async def outbox(request: Request, _caller: Reader) -> Response:
    """What waits for the hub, and for how long."""
    [state] = await _rows(request, "outbox_state", {})
    return _json(state)


async def _rows(request: Request, name: str, values: Values) -> list[DictRow]:
    async with lent(request.app.state.pool) as connection:
        cursor = await connection.execute(statement(name), values)
        rows: list[DictRow] = await cursor.fetchall()
        return rows


def _address(last: DictRow, limit: int) -> str:
    since = quote(last["updated_at"].isoformat())
    return f"/orders?updated_since={since}&after={last['order_id']}&limit={limit}"


def _json(value: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), headers=headers, media_type="application/json")
