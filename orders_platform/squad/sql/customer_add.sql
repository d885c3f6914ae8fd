insert into customers (customer_id, customer_ref) values (%(customer_id)s, %(customer_ref)s) on conflict do nothing
