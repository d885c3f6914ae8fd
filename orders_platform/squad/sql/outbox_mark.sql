update outbox set published_at = now(), last_error = null where id = any(%(ids)s)
