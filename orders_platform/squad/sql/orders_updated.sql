-- A page ends where its orders become too many bytes to hold; one order always fits.
select *
from (
    select
        order_id, version, kind, cancels_order_id, status, customer_ref, country, currency, lines, placed_at, occurred_at, updated_at,
        sum(octet_length(lines::text)) over (order by updated_at, order_id) as bytes,
        row_number() over (order by updated_at, order_id) as place
    from (
        select *
        from orders
        where (updated_at, order_id) > (%(since)s, %(after)s)
        order by updated_at, order_id
        limit %(limit)s
    ) as page
) as measured
where bytes <= 4000000 or place = 1
order by updated_at, order_id
