"""The gold tables: what people look at. Gross = sales at their price, cancelled = cancellations at theirs, on their own day."""

from orders_platform.lakehouse.table import Column, Table

_COUNTRY = Column("country", "string", "Country as the shop has it", nullable=False)
_CURRENCY = Column("currency", "string", "ISO 4217", nullable=False)
_AMOUNTS = (
    Column("gross_minor", "bigint", "Sales, minor units", nullable=False),
    Column("cancelled_minor", "bigint", "Cancellations, minor units, positive", nullable=False),
    Column("net_minor", "bigint", "gross - cancelled", nullable=False),
)
_COUNTS = (
    Column("orders", "bigint", "Sales", nullable=False),
    Column("cancellations", "bigint", "Cancellation documents", nullable=False),
)

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
        Column("lines", "bigint", "Order lines, of sales and cancellations", nullable=False),
        Column("units", "bigint", "Units sold less units cancelled", nullable=False),
        *_AMOUNTS,
    ),
)

SALES_BY_MINUTE = Table(
    layer="gold",
    name="sales_by_minute",
    one_row="a minute of the orders' last change, country and currency",
    unique_by=("minute", "country", "currency"),
    made_from=("silver.order_events",),
    columns=(
        Column("minute", "timestamp", "Minute of occurred_at, UTC", nullable=False),
        _COUNTRY,
        _CURRENCY,
        *_COUNTS,
        *_AMOUNTS,
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
        Column("product_no", "string", "Product", nullable=False),
        Column("product_name", "string", "Its name on the day's last line"),
        _CURRENCY,
        Column("units_sold", "bigint", "Units in sales", nullable=False),
        Column("units_cancelled", "bigint", "Units in cancellations, positive", nullable=False),
        *_AMOUNTS,
        Column("price_minor", "bigint", "Unit price of the day's last sale; null on a day of cancellations only"),
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
        Column("cancelled_minor", "bigint", "Minor units, positive", nullable=False),
        Column("match", "string", "named: the order it cancels is here; orphan: it names none, or one not seen", nullable=False),
        Column("days_since_sale", "int", "Days from the sale's day to its own; null for an orphan"),
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
        Column("unit_price_minor", "bigint", "Price of the day's last sale, minor units", nullable=False),
        Column("valid_from", "date", "First day at this price", nullable=False),
        Column("valid_to", "date", "First day at the next price; null while it holds"),
        Column("is_current", "boolean", "Whether it still holds", nullable=False),
    ),
)
