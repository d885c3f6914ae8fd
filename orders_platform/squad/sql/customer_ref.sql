select customer_ref from customers where customer_id = %(customer_id)s
