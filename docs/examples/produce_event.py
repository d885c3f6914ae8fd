"""Sends one correct order event with nothing but Azure's SDK; the order id is printed."""

import json
import os
import uuid
from datetime import UTC, datetime

from azure.eventhub import EventData, EventHubProducerClient

order_id, version, now = f"example-{uuid.uuid4().hex[:8]}", 1, datetime.now(UTC).isoformat()
lines = [{"line_no": 1, "product_no": "22384", "product_name": "Lunch Bag", "unit_price_minor": 619, "quantity": 2}]
order = {
    "order_id": order_id, "order_version": version, "kind": "sale", "cancels_order_id": None, "status": "placed",
    "placed_at": now, "occurred_at": now, "customer_ref": "a-pseudonym", "country": "Brazil", "currency": "BRL",
    "lines": lines, "total_minor": 2 * 619,
}  # fmt: skip
event = {
    "specversion": "1.0", "type": "orders.order-changed.v1", "source": "/orders", "time": now,
    "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order_id}:{version}")),  # a repetition has the same id, and counts once
    "subject": order_id, "partitionkey": order_id, "data": order,
}  # fmt: skip
connection, hub = os.environ["ORDERS_HUB_CONNECTION"], os.environ["ORDERS_HUB_NAME"]
with EventHubProducerClient.from_connection_string(connection, eventhub_name=hub) as producer:
    batch = producer.create_batch(partition_key=order_id)  # one order's events stay in one partition, in their order
    batch.add(EventData(json.dumps(event).encode()))
    producer.send_batch(batch)
print(order_id)
