select order_id, version, kind, cancels_order_id, status, customer_ref, country, currency, lines, placed_at, occurred_at, updated_at
from orders
where (updated_at, order_id) > (%(since)s, %(after)s)
order by updated_at, order_id
limit %(limit)s
