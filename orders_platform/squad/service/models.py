"""What callers send and get, as types: limits stand here, and the OpenAPI comes from here."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from orders_platform.contracts.currencies import CURRENCIES
from orders_platform.contracts.event import CustomerRef, Kind, Order, OrderId, OrderLine, ProductNo
from orders_platform.contracts.reading import instant
from orders_platform.contracts.rules import EARLIEST, LATEST, MAX_PRICE_MINOR, MAX_QUANTITY
from orders_platform.squad.service import patterns

MAX_LINES = 2_000
_MAX_NUMBER = 2**31 - 1


def _known(currency: str) -> str:
    if currency not in CURRENCIES:
        raise ValueError("is no currency of ISO 4217")
    return currency


def _written(text: object) -> object:
    # a bare number would be taken for seconds since 1970
    if not isinstance(text, str) or instant(text) is None:
        raise ValueError("is no time with an offset, like 2026-11-01T09:30:00Z")
    return text


def _plausible(moment: datetime) -> datetime:
    if not datetime.fromisoformat(EARLIEST) <= moment < datetime.fromisoformat(LATEST):
        raise ValueError(f"lies outside {EARLIEST} to {LATEST}")
    return moment


Text = Annotated[str, Field(min_length=1, max_length=200, pattern=patterns.TEXT)]
Identifier = Annotated[str, Field(pattern=patterns.ID)]
CustomerId = Annotated[str, Field(min_length=1, max_length=128, pattern=patterns.TEXT)]
Currency = Annotated[str, Field(pattern=patterns.CURRENCY, examples=["GBP"]), AfterValidator(_known)]
Price = Annotated[int, Field(ge=0, le=MAX_PRICE_MINOR, description="In the currency's smallest unit.")]
Units = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_plausible)]


class _Sent(BaseModel):
    """What a caller sends: an unknown field is a mistake, and a text is never taken for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewLine(_Sent):
    """A product in an order."""

    product_no: Annotated[str, Field(min_length=1, max_length=64, pattern=patterns.TEXT, examples=["22384"])]
    product_name: Annotated[Text, Field(examples=["Lunch Bag Pink Polkadot"])]
    unit_price_minor: Annotated[Price, Field(examples=[619])]
    quantity: Annotated[Units, Field(examples=[2])]


Lines = Annotated[list[NewLine], Field(min_length=1, max_length=MAX_LINES)]


class NewOrder(_Sent):
    """An order to be placed."""

    customer_id: Annotated[
        CustomerId | None, Field(description="The shop's own number of the customer; it stays here.", examples=["17490"])
    ] = None
    country: Annotated[Text, Field(examples=["United Kingdom"])]
    currency: Currency
    lines: Lines


class Amendment(_Sent):
    """The lines that an order has from now on, all of them."""

    lines: Lines


class CancelledLine(_Sent):
    """Units of a line that are taken back."""

    line_no: Annotated[int, Field(ge=1, le=_MAX_NUMBER, examples=[1])]
    quantity: Annotated[Units, Field(examples=[1])]


class NewCancellation(_Sent):
    """What is cancelled; without lines, all that is left."""

    lines: Annotated[list[CancelledLine], Field(min_length=1, max_length=MAX_LINES)] | None = None

    def units(self) -> dict[int, int] | None:
        """Units by line number; a line named twice adds up."""
        if self.lines is None:
            return None
        units: dict[int, int] = {}
        for line in self.lines:
            units[line.line_no] = units.get(line.line_no, 0) + line.quantity
        return units


class ImportedLine(NewLine):
    """A line of a document from before this service: negative in a cancellation."""

    quantity: Annotated[int, Field(ge=-MAX_QUANTITY, le=MAX_QUANTITY, examples=[2])]


class Import(_Sent):
    """A document from before this service, with the id and the time that it has.

    Which order a cancellation takes back is not told: what is left of an order is known of this service's cancellations alone.
    """

    order_id: Annotated[Identifier, Field(examples=["581482"])]
    kind: Kind
    placed_at: Annotated[Moment, Field(strict=False, examples=["2018-12-01T08:00:00Z"])]
    customer_id: CustomerId | None = None
    country: Annotated[Text, Field(examples=["United Kingdom"])]
    currency: Currency
    lines: Annotated[list[ImportedLine], Field(min_length=1, max_length=MAX_LINES)]

    @model_validator(mode="after")
    def _signs(self) -> "Import":
        sign = 1 if self.kind == "sale" else -1
        if any(line.quantity * sign <= 0 for line in self.lines):
            raise ValueError("quantities are above zero in a sale, below zero in a cancellation")
        return self


def numbered(lines: list[NewLine] | list[ImportedLine]) -> tuple[OrderLine, ...]:
    """The lines of an order, numbered by their place."""
    return tuple(
        OrderLine(number, ProductNo(line.product_no), line.product_name, line.unit_price_minor, line.quantity)
        for number, line in enumerate(lines, start=1)
    )


_AN_ORDER: dict[str, JsonValue] = {
    "order_id": "6f1f8c1e-9a57-4c8e-8d0c-0b8a3a6b7c11",
    "version": 1,
    "kind": "sale",
    "cancels_order_id": None,
    "status": "placed",
    "customer_ref": "9b2f4c1d8e7a6053b4c2d1e0f9a8b7c6",
    "country": "United Kingdom",
    "currency": "GBP",
    "lines": [
        {
            "line_no": 1,
            "product_no": "22384",
            "product_name": "Lunch Bag Pink Polkadot",
            "unit_price_minor": 619,
            "quantity": 2,
        }
    ],
    "total_minor": 1238,
    "placed_at": "2026-11-01T09:30:00Z",
    "occurred_at": "2026-11-01T09:30:00Z",
}
_A_PROBLEM: dict[str, JsonValue] = {
    "type": "urn:orders-platform:problem:invalid",
    "title": "The request is not valid",
    "status": 422,
    "detail": "body.currency: is no currency of ISO 4217",
    "errors": [{"where": "body.currency", "what": "is no currency of ISO 4217"}],
}


class LineOut(BaseModel):
    """A line of an order."""

    line_no: int
    product_no: str
    product_name: str
    unit_price_minor: int
    quantity: int


class OrderOut(BaseModel):
    """An order as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [_AN_ORDER]})

    order_id: OrderId
    version: int
    kind: Kind
    cancels_order_id: OrderId | None
    status: str
    customer_ref: CustomerRef | None
    country: str
    currency: str
    lines: list[LineOut]
    total_minor: int
    placed_at: datetime
    occurred_at: datetime


class CancellationOut(BaseModel):
    """A cancellation, and the order that it cancels as it stands now."""

    cancellation: OrderOut
    order: OrderOut


class OrdersPage(BaseModel):
    """Orders by the time of their last change, and the address of those behind them; null where the page is empty."""

    orders: list[OrderOut]
    next: str | None


class DayOut(BaseModel):
    """What was accepted for a day, in one currency."""

    day: date
    currency: str
    orders: int
    cancellations: int
    gross_minor: int
    cancelled_minor: int
    net_minor: int
    unchanged_seconds: Annotated[float, Field(description="Since the last change of an order of that day.")]


class Reconciliation(BaseModel):
    """Totals by day and currency; a day is one of the time zone."""

    time_zone: str
    days: list[DayOut]


class OutboxOut(BaseModel):
    """What waits for the hub."""

    waiting: int
    oldest_seconds: float
    most_attempts: int


class Health(BaseModel):
    """That the service is there."""

    status: Literal["ok"] = "ok"


class Problem(BaseModel):
    """Why a call was not done (RFC 9457)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_A_PROBLEM]})

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


def order_out(order: Order) -> dict[str, object]:
    """An order in the shape of OrderOut, for orjson."""
    return {
        "order_id": order.order_id,
        "version": order.order_version,
        "kind": order.kind,
        "cancels_order_id": order.cancels_order_id,
        "status": order.status,
        "customer_ref": order.customer_ref,
        "country": order.country,
        "currency": order.currency,
        "lines": order.lines,
        "total_minor": order.total_minor,
        "placed_at": order.placed_at,
        "occurred_at": order.occurred_at,
    }
