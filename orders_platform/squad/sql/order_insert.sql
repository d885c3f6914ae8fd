insert into orders (
    order_id, version, kind, cancels_order_id, status, customer_ref, country, currency, lines, total_minor, placed_at, occurred_at
)
values (
    %(order_id)s, %(version)s, %(kind)s, %(cancels_order_id)s, %(status)s, %(customer_ref)s, %(country)s, %(currency)s,
    %(lines)s, %(total_minor)s, %(placed_at)s, %(occurred_at)s
)
on conflict do nothing
returning true
