select
    count(*) filter (where created_at >= %(first)s and created_at < %(last)s and published_at is not null) as events,
    min(created_at) as oldest,
    now() as asked_at
from outbox
