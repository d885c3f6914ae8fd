-- each by its own index: the table holds all that was published for weeks
select
    (
        select count(*) from outbox
        where created_at >= %(first)s and created_at < %(last)s and published_at is not null
    ) as events,
    (select min(created_at) from outbox) as oldest,
    now() as asked_at
