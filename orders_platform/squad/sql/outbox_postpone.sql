update outbox
set next_attempt_at = now() + late.seconds * interval '1 second',
    attempts = outbox.attempts + late.tries,
    last_error = coalesce(late.said, outbox.last_error)
from (
    select * from unnest(%(ids)s::bigint[], %(seconds)s::float8[], %(tries)s::int[], %(said)s::text[])
        as given (id, seconds, tries, said)
) as late
where outbox.id = late.id
