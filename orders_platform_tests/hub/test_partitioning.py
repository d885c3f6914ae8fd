"""Keys go where the service's own clients would put them."""

import random
import string
from typing import Any

from azure.eventhub._buffered_producer._partition_resolver import PartitionResolver

from orders_platform.hub.partitioning import partition_of


def test_keys_go_where_the_sdk_would_put_them() -> None:
    chance = random.Random(5)
    keys = ["".join(chance.choices(string.ascii_letters + string.digits, k=chance.randint(1, 64))) for _ in range(2000)]
    partitions = [str(number) for number in range(7)]
    resolver: Any = PartitionResolver(partitions)  # type: ignore[no-untyped-call] # private to the SDK, and untyped

    assert [partition_of(key, partitions) for key in keys] == [resolver.get_partition_id_by_partition_key(key) for key in keys]


def test_order_numbers_spread_evenly() -> None:
    partitions = ["0", "1", "2", "3"]
    counts = dict.fromkeys(partitions, 0)
    for number in range(536365, 541365):
        counts[partition_of(str(number), partitions)] += 1

    assert all(1100 < count < 1400 for count in counts.values())


def test_key_that_is_no_ascii_has_a_place() -> None:
    assert partition_of("pedido-ção", ["0", "1"]) in {"0", "1"}
