select order_id, version, kind, cancels_order_id, status, customer_ref, country, currency, lines, placed_at, occurred_at
from orders
where order_id = %(order_id)s
