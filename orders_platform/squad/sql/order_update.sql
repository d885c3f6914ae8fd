update orders
set version = %(version)s, status = %(status)s, lines = %(lines)s, total_minor = %(total_minor)s,
    occurred_at = %(occurred_at)s, updated_at = now()
where order_id = %(order_id)s
