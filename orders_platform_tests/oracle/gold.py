"""The five gold tables out of orders as they stand, one loop each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from orders_platform_tests.oracle.facts import Event, Line, Row

AMOUNTS = ("gross_minor", "cancelled_minor", "net_minor")
Orders = Mapping[str, Event]


def gold_tables(orders: Orders) -> dict[str, list[Row]]:
    """Every gold table's rows, by the table's key."""
    products = product_sales(orders)
    return {
        "gold.daily_sales": daily_sales(orders),
        "gold.sales_by_minute": sales_by_minute(orders),
        "gold.product_sales": products,
        "gold.product_prices": product_prices(products),
        "gold.cancellations": cancellations(orders),
    }


def daily_sales(orders: Orders) -> list[Row]:
    """Orders by day, country and currency."""
    rows = _grouped(orders, lambda order: {"order_date": order.order_date, "country": order.country, "currency": order.currency})
    for row, members in rows:
        row["lines"] = sum(len(order.lines) for order in members)
        row["units"] = sum(order.units for order in members)
    return [row for row, _ in rows]


def sales_by_minute(orders: Orders) -> list[Row]:
    """Orders by the minute of their last change, country and currency."""
    rows = _grouped(
        orders, lambda order: {"minute": _minute(order.occurred_at), "country": order.country, "currency": order.currency}
    )
    return [row for row, _ in rows]


def cancellations(orders: Orders) -> list[Row]:
    """Cancellation documents; `named` where the sale that they name stands."""
    return [_cancellation(order, orders) for order in orders.values() if not order.is_sale]


def product_sales(orders: Orders) -> list[Row]:
    """Lines by day, product and currency; name and price are those of the day's last sale."""
    groups: dict[tuple[date, str, str], list[tuple[Event, Line]]] = defaultdict(list)
    for order in orders.values():
        for line in order.lines:
            groups[order.order_date, line.product_no, order.currency].append((order, line))
    return [_product_day(*key, members) for key, members in groups.items()]


def product_prices(products: Iterable[Row]) -> list[Row]:
    """Prices while they held: days of one price in a row are one row."""
    days: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for row in products:
        if row["price_minor"] is not None:
            days[row["product_no"], row["currency"]].append((row["order_date"], row["price_minor"]))
    return [row for (product, currency), prices in days.items() for row in _price_history(product, currency, sorted(prices))]


def _grouped(orders: Orders, key_of: Callable[[Event], Row]) -> list[tuple[Row, list[Event]]]:
    groups: dict[tuple[Any, ...], tuple[Row, list[Event]]] = {}
    for order in orders.values():
        key = key_of(order)
        groups.setdefault(tuple(key.values()), (key, []))[1].append(order)
    return [({**key, **_counts_and_amounts(members)}, members) for key, members in groups.values()]


def _counts_and_amounts(members: list[Event]) -> Row:
    gross = sum(order.gross_minor for order in members)
    cancelled = sum(order.cancelled_minor for order in members)
    sales = sum(order.is_sale for order in members)
    return {"orders": sales, "cancellations": len(members) - sales, **_amounts(gross, cancelled)}


def _amounts(gross: int, cancelled: int) -> Row:
    return dict(zip(AMOUNTS, (gross, cancelled, gross - cancelled), strict=True))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _cancellation(order: Event, orders: Orders) -> Row:
    sale = orders.get(order.cancels_order_id or "")
    named = sale is not None and sale.is_sale
    return {
        "order_id": order.order_id,
        "order_date": order.order_date,
        "country": order.country,
        "currency": order.currency,
        "cancels_order_id": order.cancels_order_id,
        "cancelled_minor": order.cancelled_minor,
        "match": "named" if named else "orphan",
        "days_since_sale": (order.order_date - sale.order_date).days if sale is not None and named else None,
    }


def _product_day(day: date, product: str, currency: str, members: list[tuple[Event, Line]]) -> Row:
    sold = [(order, line) for order, line in members if order.is_sale]
    back = [(order, line) for order, line in members if not order.is_sale]
    _, last = max(sold or back, key=lambda member: (member[0].placed_at, member[0].order_id, member[1].line_no))
    gross = sum(line.amount_minor for _, line in sold)
    return {
        "order_date": day,
        "product_no": product,
        "currency": currency,
        "product_name": last.product_name,
        "units_sold": sum(line.quantity for _, line in sold),
        "units_cancelled": -sum(line.quantity for _, line in back),
        **_amounts(gross, -sum(line.amount_minor for _, line in back)),
        "price_minor": last.unit_price_minor if sold else None,
    }


def _price_history(product: str, currency: str, prices: list[tuple[date, int]]) -> list[Row]:
    changes = [(day, price) for at, (day, price) in enumerate(prices) if at == 0 or prices[at - 1][1] != price]
    ends: list[date | None] = [day for day, _ in changes[1:]]
    return [
        {
            "product_no": product,
            "currency": currency,
            "unit_price_minor": price,
            "valid_from": day,
            "valid_to": end,
            "is_current": end is None,
        }
        for (day, price), end in zip(changes, [*ends, None], strict=True)
    ]
