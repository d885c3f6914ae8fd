select count(*) as stuck from outbox where published_at is null and attempts >= %(attempts)s
