select (line ->> 'line_no')::int as line_no, -sum((line ->> 'quantity')::bigint)::bigint as units
from orders, jsonb_array_elements(lines) as line
where cancels_order_id = %(order_id)s
group by line_no
