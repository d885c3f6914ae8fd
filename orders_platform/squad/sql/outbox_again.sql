-- A batch of a span is sent again; ids stay, so who reads them a second time knows them.
update outbox
set published_at = null, next_attempt_at = now(), attempts = 0
where id in (
    select id from outbox
    where created_at >= %(first)s and created_at < %(last)s and published_at < %(asked_at)s
    order by id
    limit %(limit)s
)
