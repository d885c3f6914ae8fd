-- A call that runs at the same time with the same key is waited for here: its row is there, or gone, when this returns.
insert into idempotency_keys (caller, key, request_hash)
values (%(caller)s, %(key)s, %(request_hash)s)
on conflict do nothing
returning true
