select request_hash, status, body, order_id, version from idempotency_keys where caller = %(caller)s and key = %(key)s
