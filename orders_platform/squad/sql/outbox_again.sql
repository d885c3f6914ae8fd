-- A batch of a span is sent again; ids stay, so who reads them a second time knows them.
with chosen as (
    select id from outbox
    where created_at >= %(first)s and created_at < %(last)s and published_at < %(asked_at)s
    order by created_at
    limit %(limit)s
)
update outbox
set published_at = null, again_at = now(), next_attempt_at = now(), attempts = 0
from chosen
where outbox.id = chosen.id
returning outbox.created_at
