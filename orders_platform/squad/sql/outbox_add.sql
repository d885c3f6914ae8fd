insert into outbox (order_id, version, event_id, body) values (%(order_id)s, %(version)s, %(event_id)s, %(body)s)
