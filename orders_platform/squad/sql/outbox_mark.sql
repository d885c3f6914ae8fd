update outbox set published_at = now(), attempts = attempts + 1, last_error = null where id = any(%(ids)s)
