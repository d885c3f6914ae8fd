select order_id, version, attempts, last_error
from outbox
where published_at is null and attempts > 0
order by attempts desc, id
limit %(limit)s
