select
    count(*) as waiting,
    -- greatest leaves nulls out; what was written before the clock was set back lies in the future
    greatest(extract(epoch from now() - min(coalesce(again_at, created_at))), 0)::float8 as oldest_seconds,
    coalesce(max(attempts), 0) as most_attempts
from outbox
where published_at is null
