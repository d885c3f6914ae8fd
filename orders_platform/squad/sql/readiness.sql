-- A server whose disk is nearly full takes no writes any more; nor does a standby.
select
    coalesce(max(number), 0) as number,
    pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as is_read_only
from schema_migrations
