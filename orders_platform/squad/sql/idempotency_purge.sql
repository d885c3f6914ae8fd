delete from idempotency_keys
where (caller, key) in (
    select caller, key from idempotency_keys
    where created_at < now() - %(days)s * interval '1 day'
    order by created_at
    limit %(limit)s
)
