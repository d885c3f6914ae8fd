-- The oldest events that are due. One waits while an earlier version of its order waits for another try: an order's events go out
-- in their order. By state and never by a last id: a transaction that commits late may hold a low one. No wait is longer than
-- `longest`: one that seems so was noted before the database's clock was set back.
select id, order_id, body, attempts
from outbox as waiting
where published_at is null
    and (next_attempt_at <= now() or next_attempt_at > now() + %(longest)s * interval '1 second')
    -- a scalar, so that each row is looked up by its order: as a join it could be planned as a walk over all that waits
    and (
        select earlier.version
        from outbox as earlier
        where earlier.order_id = waiting.order_id
            and earlier.published_at is null
            and earlier.version < waiting.version
            and earlier.next_attempt_at > now()
            and earlier.next_attempt_at <= now() + %(longest)s * interval '1 second'
        order by earlier.version
        limit 1
    ) is null
order by id
limit %(limit)s
