"""The gold tables: what people look at. Gross = sales at their price, cancelled = cancellations at theirs, on their own day."""

from orders_platform.lakehouse.table import Column, Table

_COUNTRY = Column("country", "string", "Country as the shop has it", nullable=False)
_CURRENCY = Column("currency", "string", "ISO 4217", nullable=False)


def _amounts(amount: str) -> tuple[Column, ...]:
    """Money, out of the source's column `amount`."""
    return (
        Column("gross_minor", "bigint", "Sales, minor units", nullable=False, made_of=("kind", amount)),
        Column("cancelled_minor", "bigint", "Cancellations, minor units, positive", nullable=False, made_of=("kind", amount)),
        Column("net_minor", "bigint", "gross - cancelled", nullable=False, made_of=(amount,)),
    )


_COUNTS = (
    Column("orders", "bigint", "Sales", nullable=False, made_of=("kind",)),
    Column("cancellations", "bigint", "Cancellation documents", nullable=False, made_of=("kind",)),
)
# The day's last line: sales before cancellations, then by time and order.
_LAST_LINE = ("lines", "kind", "placed_at", "order_id")
# The sale that a document cancels is found by its id, among what is a sale now.
_SALE_NAMED = ("cancels_order_id", "order_id", "kind")
_PRICE_CHANGES = ("order_date", "price_minor")

DAILY_SALES = Table(
    layer="gold",
    name="daily_sales",
    one_row="a day, country and currency",
    unique_by=("order_date", "country", "currency"),
    made_from=("silver.order_events",),
    columns=(
        Column("order_date", "date", "Day in the shop's time zone", nullable=False),
        _COUNTRY,
        _CURRENCY,
        *_COUNTS,
        Column("lines", "bigint", "Order lines, of sales and cancellations", nullable=False, made_of=("line_count",)),
        Column("units", "bigint", "Units sold less units cancelled", nullable=False),
        *_amounts("total_minor"),
    ),
)

SALES_BY_MINUTE = Table(
    layer="gold",
    name="sales_by_minute",
    one_row="a minute of the orders' last change, country and currency",
    unique_by=("minute", "country", "currency"),
    made_from=("silver.order_events",),
    columns=(
        Column("minute", "timestamp", "Minute of occurred_at, UTC", nullable=False, made_of=("occurred_at",)),
        _COUNTRY,
        _CURRENCY,
        *_COUNTS,
        *_amounts("total_minor"),
    ),
)

PRODUCT_SALES = Table(
    layer="gold",
    name="product_sales",
    one_row="a day, product and currency",
    unique_by=("order_date", "product_no", "currency"),
    made_from=("silver.order_events",),
    columns=(
        Column("order_date", "date", "Day in the shop's time zone", nullable=False),
        Column("product_no", "string", "Product", nullable=False, made_of=("lines",)),
        Column("product_name", "string", "Its name on the day's last line", made_of=_LAST_LINE),
        _CURRENCY,
        Column("units_sold", "bigint", "Units in sales", nullable=False, made_of=("lines", "kind")),
        Column("units_cancelled", "bigint", "Units in cancellations, positive", nullable=False, made_of=("lines", "kind")),
        *_amounts("lines"),
        Column(
            "price_minor",
            "bigint",
            "Unit price of the day's last sale; null on a day of cancellations only",
            made_of=_LAST_LINE,
        ),
    ),
)

CANCELLATIONS = Table(
    layer="gold",
    name="cancellations",
    one_row="a cancellation document",
    unique_by=("order_id",),
    made_from=("silver.order_events",),
    columns=(
        Column("order_id", "string", "The cancellation document", nullable=False),
        Column("order_date", "date", "Its own day", nullable=False),
        _COUNTRY,
        _CURRENCY,
        Column("cancels_order_id", "string", "The order it cancels, where the source knows"),
        Column("cancelled_minor", "bigint", "Minor units, positive", nullable=False, made_of=("total_minor",)),
        Column(
            "match",
            "string",
            "named: the order it cancels is here; orphan: it names none, or one not seen",
            nullable=False,
            made_of=_SALE_NAMED,
        ),
        Column(
            "days_since_sale",
            "int",
            "Days from the sale's day to its own; null for an orphan",
            made_of=("order_date", *_SALE_NAMED),
        ),
    ),
)

PRODUCT_PRICES = Table(
    layer="gold",
    name="product_prices",
    one_row="a price of a product while it held (SCD2, by day)",
    unique_by=("product_no", "currency", "valid_from"),
    made_from=("gold.product_sales",),
    columns=(
        Column("product_no", "string", "Product", nullable=False),
        _CURRENCY,
        Column(
            "unit_price_minor", "bigint", "Price of the day's last sale, minor units", nullable=False, made_of=("price_minor",)
        ),
        Column("valid_from", "date", "First day at this price", nullable=False, made_of=_PRICE_CHANGES),
        Column("valid_to", "date", "First day at the next price; null while it holds", made_of=_PRICE_CHANGES),
        Column("is_current", "boolean", "Whether it still holds", nullable=False, made_of=_PRICE_CHANGES),
    ),
)
