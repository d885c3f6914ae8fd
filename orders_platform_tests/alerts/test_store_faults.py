"""A store whose disk is full or cannot be written: said loudly, nothing lost, nothing told twice, and it goes on by itself."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orders_platform.alerts.database import lead, prepared
from orders_platform.alerts.delivery import Delivered
from orders_platform.alerts.store import AlertStore
from orders_platform.errors import EnvironmentFault
from orders_platform_tests.alerts.builders import RELAY, bad, good, told
from orders_platform_tests.alerts.loop import Loop
from orders_platform_tests.alerts.webhook import Webhook
from orders_platform_tests.faults.small_disk import SmallDisk, small_disk

pytestmark = pytest.mark.faults
MANY = [bad(f"check {number}", said="x" * 200) for number in range(10_000)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "small") as disk:
        yield disk


@pytest.fixture
def store(disk: SmallDisk) -> Iterator[AlertStore]:
    engine = prepared(f"sqlite:///{disk.root}/alerts.db")
    yield AlertStore(engine)
    engine.dispose()


def test_what_is_found_on_a_full_disk_is_found_again(store: AlertStore, disk: SmallDisk, webhook: Webhook) -> None:
    loop = Loop(store, told(webhook.url))
    disk.fill()

    with pytest.raises(EnvironmentFault, match=r"the alert store does not serve \(database or disk is full\): make room"):
        loop.find(*MANY)
    disk.make_room()
    assert store.open_incidents() == []
    loop.find(*MANY)

    assert loop.deliver() == Delivered(sent=1)


def test_what_waits_when_the_disk_grows_full_arrives_once(store: AlertStore, disk: SmallDisk, webhook: Webhook) -> None:
    """By its key: an arrival that could not be noted is repeated."""
    loop = Loop(store, told(webhook.url))
    loop.find(bad(), bad("relay", RELAY))
    disk.fill()
    for _ in range(5):
        with suppress(EnvironmentFault):
            loop.later(60)
        with suppress(EnvironmentFault):
            loop.find(*MANY, good("relay", RELAY))

    disk.make_room()
    loop.find(good("relay", RELAY))
    loop.later(3600)

    assert sorted(body["key"] for body in webhook.once) == ["incident-1-1", "incident-2-1", "incident-2-2"]
    assert store.waiting() == []


def test_a_store_that_cannot_be_written_is_one_sentence_and_serves_again(
    store: AlertStore, disk: SmallDisk, webhook: Webhook
) -> None:
    loop = Loop(store, told(webhook.url))
    loop.find(bad())
    # what is open for writing keeps its file system as it is
    store.engine.dispose()

    with disk.read_only():
        with pytest.raises(EnvironmentFault, match="the alert store does not serve"):
            loop.find(good())
        with pytest.raises(EnvironmentFault, match="the alert store does not serve"), lead(store.engine):
            raise AssertionError

    with lead(store.engine) as leads:
        loop.find(good())
        assert leads
        assert loop.deliver() == Delivered(sent=2)
