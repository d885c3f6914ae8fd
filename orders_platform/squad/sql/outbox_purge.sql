delete from outbox
where id in (
    select id from outbox where published_at < now() - %(days)s * interval '1 day' order by published_at limit %(limit)s
)
