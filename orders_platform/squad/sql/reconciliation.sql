-- An order counts on the day on which it was placed, in the shop's time zone, as it stands now.
select
    (placed_at at time zone %(zone)s)::date as day,
    currency,
    count(*) filter (where kind = 'sale') as orders,
    count(*) filter (where kind = 'cancellation') as cancellations,
    coalesce(sum(total_minor) filter (where kind = 'sale'), 0)::bigint as gross_minor,
    coalesce(-sum(total_minor) filter (where kind = 'cancellation'), 0)::bigint as cancelled_minor,
    coalesce(sum(total_minor), 0)::bigint as net_minor,
    extract(epoch from now() - max(updated_at))::float8 as unchanged_seconds
from orders
where placed_at >= %(first)s::date::timestamp at time zone %(zone)s
    and placed_at < (%(last)s::date + 1)::timestamp at time zone %(zone)s
group by day, currency
order by day, currency
