"""Changes of orders: each carried out once per Idempotency-Key, and answered the same whenever it is sent again."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel

from orders_platform.contracts.event import Kind, Order, OrderId
from orders_platform.squad.service import lifecycle, patterns
from orders_platform.squad.service.callers import Caller, Importer, Writer
from orders_platform.squad.service.documents import CHANGES, CHANGING, NEW, Id
from orders_platform.squad.service.models import (
    Amendment,
    CancellationOut,
    Import,
    NewCancellation,
    NewOrder,
    OrderOut,
    numbered,
    order_out,
)
from orders_platform.squad.service.once import Answer, Call, once
from orders_platform.squad.service.order_store import OrderStore
from orders_platform.squad.service.refusals import NoVersionGiven, VersionConflict
from orders_platform.squad.service.strict_json import StrictRoute

ROUTES = APIRouter(tags=["changes"], route_class=StrictRoute, responses=CHANGING)

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", pattern=patterns.KEY, description="New for each call, kept for its repetitions.",
        openapi_examples={"a new one": {"value": "5f0c6a52-place-1"}},
    ),
]  # fmt: skip
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", pattern=patterns.VERSIONS, description="The version that was read, or several: its ETag.",
           openapi_examples={"the first version": {"value": '"1"'}}),
]  # fmt: skip
Change = Callable[[OrderStore], Awaitable[Answer]]


@ROUTES.post("/orders", summary="Place an order", status_code=HTTPStatus.CREATED, response_model=OrderOut, responses=NEW)
async def place(request: Request, *, new: NewOrder, key: Key, caller: Writer) -> Response:
    """Place an order."""

    async def change(store: OrderStore) -> Answer:
        return await _begun(store, new, _new_id(), kind="sale", at=_now())

    return await _carried_out(request, caller, key=key, wanted=("place", asked(new)), change=change)


@ROUTES.patch("/orders/{order_id}", summary="Amend an order", response_model=OrderOut, responses=CHANGES)
async def amend(
    request: Request, *, order_id: Id, new: Amendment, key: Key, caller: Writer, if_match: IfMatch = None
) -> Response:
    """Give a placed order other lines, all of them; If-Match keeps two callers from undoing each other's work."""
    if if_match is None:
        raise NoVersionGiven('send the version that you read in the header If-Match, like "1"')
    versions = patterns.versions_of(if_match)

    async def change(store: OrderStore) -> Answer:
        order = await store.locked(OrderId(order_id))
        if order.order_version not in versions:
            raise VersionConflict(f"{order_id} has version {order.order_version} by now: read it, and decide anew")
        is_untouched = not await store.units_cancelled(order.order_id)
        return await _changed(store, lifecycle.amended(order, numbered(new.lines), is_untouched=is_untouched, now=_now()))

    # one alone as it always was: a repetition of an earlier release's call is the same request
    named = versions[0] if len(versions) == 1 else versions
    return await _carried_out(request, caller, key=key, wanted=("amend", order_id, named, asked(new)), change=change)


@ROUTES.post("/orders/{order_id}/pay", summary="Pay an order", response_model=OrderOut, responses=CHANGES)
async def pay(request: Request, *, order_id: Id, key: Key, caller: Writer) -> Response:
    """Note that a placed order is paid."""
    return await _carried_out(request, caller, key=key, wanted=("pay", order_id), change=_step(order_id, lifecycle.paid))


@ROUTES.post("/orders/{order_id}/ship", summary="Ship an order", response_model=OrderOut, responses=CHANGES)
async def ship(request: Request, *, order_id: Id, key: Key, caller: Writer) -> Response:
    """Note that a paid order is shipped."""
    return await _carried_out(request, caller, key=key, wanted=("ship", order_id), change=_step(order_id, lifecycle.shipped))


@ROUTES.post(
    "/orders/{order_id}/cancel",
    summary="Cancel an order, or a part of it",
    status_code=HTTPStatus.CREATED,
    response_model=CancellationOut,
    responses=NEW | CHANGES,
)
async def cancel(request: Request, *, order_id: Id, key: Key, caller: Writer, new: NewCancellation | None = None) -> Response:
    """Cancel some units of an order, or all that is left; the cancellation is a document of its own."""
    wanted = new.units() if new else None

    async def change(store: OrderStore) -> Answer:
        order = await store.locked(OrderId(order_id))
        before = await store.units_cancelled(order.order_id)
        done = lifecycle.cancel(order, wanted, before=before, new_id=_new_id(), now=_now())
        await store.add(done.cancellation)
        if done.order_changed:
            await store.change(done.order)
        told = {"cancellation": order_out(done.cancellation), "order": order_out(done.order)}
        return _answer(HTTPStatus.CREATED, done.cancellation, told)

    named = sorted(wanted.items()) if wanted else None
    return await _carried_out(request, caller, key=key, wanted=("cancel", order_id, named), change=change)


@ROUTES.post(
    "/imports", summary="Import a document", status_code=HTTPStatus.CREATED, response_model=OrderOut, responses=NEW | CHANGES
)
async def bring_in(request: Request, *, new: Import, key: Key, caller: Importer) -> Response:
    """Bring in a document from before this service, with the id and the time that it has."""

    async def change(store: OrderStore) -> Answer:
        return await _begun(store, new, OrderId(new.order_id), kind=new.kind, at=new.placed_at)

    return await _carried_out(request, caller, key=key, wanted=("import", asked(new)), change=change)


async def _carried_out(request: Request, caller: Caller, *, key: str, wanted: tuple[Any, ...], change: Change) -> Response:
    answer = await once(request.app.state.pool, Call(caller.name, key, wanted), change)
    if not answer.replayed:
        request.app.state.metrics.accepted.labels(wanted[0]).inc()
    headers = {"ETag": f'"{answer.version}"', "Idempotent-Replayed": str(answer.replayed).lower()}
    if answer.status == HTTPStatus.CREATED:
        headers["Location"] = f"/orders/{answer.order_id}"
    return Response(answer.body, answer.status, headers, media_type="application/json")


def _step(order_id: str, step: Callable[[Order, datetime], Order]) -> Change:
    """What an order goes through whatever it holds."""

    async def change(store: OrderStore) -> Answer:
        return await _changed(store, step(await store.locked(OrderId(order_id)), _now()))

    return change


async def _begun(store: OrderStore, new: NewOrder | Import, order_id: OrderId, *, kind: Kind, at: datetime) -> Answer:
    """The first version of a document."""
    order = lifecycle.within_limits(
        Order(
            order_id=order_id,
            order_version=1,
            kind=kind,
            cancels_order_id=None,
            status=lifecycle.PLACED if kind == "sale" else lifecycle.CANCELLED,
            placed_at=at,
            occurred_at=at,
            customer_ref=await store.customer_ref(new.customer_id),
            country=new.country,
            currency=new.currency,
            lines=numbered(new.lines),
        )
    )
    await store.add(order)
    return _answer(HTTPStatus.CREATED, order)


async def _changed(store: OrderStore, order: Order) -> Answer:
    await store.change(order)
    return _answer(HTTPStatus.OK, order)


def _answer(status: int, order: Order, told: Mapping[str, object] | None = None) -> Answer:
    body = orjson.dumps(told or order_out(order), option=orjson.OPT_UTC_Z)
    return Answer(status, body, order.order_id, order.order_version)


def asked(body: BaseModel) -> dict[str, Any]:
    """What a key stands for. Without defaults: a field that a later version adds must not make a repetition another request."""
    return body.model_dump(mode="json", exclude_defaults=True)


def _new_id() -> OrderId:
    return OrderId(str(uuid.uuid4()))


def _now() -> datetime:
    return datetime.now(UTC)
