update idempotency_keys set status = %(status)s, body = %(body)s, order_id = %(order_id)s, version = %(version)s
where caller = %(caller)s and key = %(key)s
