"""Tails: right, quick, and never waiting for ever."""

import socket
import time
from datetime import UTC, datetime

import pytest

from orders_platform.errors import HubError
from orders_platform.hub.publish import Publisher
from orders_platform.hub.tails import PartitionTail, generation, tails
from orders_platform.settings import HubSettings

pytestmark = pytest.mark.integration


def test_empty_hub_has_no_last_event(hub: HubSettings) -> None:
    found = tails(hub)

    assert found.partitions == {partition: PartitionTail(0, 0, None) for partition in ("0", "1", "2", "3")}
    assert found.generation.startswith("orders-")


def test_next_is_one_past_the_last_event(hub: HubSettings) -> None:
    with Publisher(hub) as publisher:
        publisher.publish([("a", b"1"), ("a", b"2")])

    full = [tail for tail in tails(hub).partitions.values() if tail.next]

    assert [(tail.begin, tail.next) for tail in full] == [(0, 2)]
    assert full[0].last_enqueued_at is not None
    assert full[0].last_enqueued_at.tzinfo is not None


def test_generation_has_the_agreed_form() -> None:
    assert generation("orders", datetime(2025, 11, 23, 4, 0, 0, 123_000, tzinfo=UTC)) == "orders-1763870400123"


def test_generation_is_one_however_the_name_is_typed() -> None:
    at = datetime(2025, 11, 23, 4, 0, 0, 123_000, tzinfo=UTC)

    assert generation("Orders", at) == generation("orders", at)


def test_silent_hub_is_given_up_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        connection = f"Endpoint=sb://{where};SharedAccessKeyName=Root;SharedAccessKey=c2VjcmV0;UseDevelopmentEmulator=true"
        start = time.monotonic()

        with pytest.raises(HubError, match=f"{where} did not answer within 0.5 s"):
            tails(HubSettings("orders", connection, None, ""), deadline_seconds=0.5)

        assert time.monotonic() - start < 5
