"""Looks at a real hub: a burst after hours of quiet is no standstill, one that nobody takes is one alarm, and then its end."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.hub.publish import Publisher
from orders_platform.hub.tails import tails
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import HubSettings, Settings
from orders_platform_tests.alerts.webhook import Webhook
from orders_platform_tests.orchestration.alerting.conftest import MakeLook

pytestmark = pytest.mark.integration
HOUR = 3600.0
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSettings]:
    """A hub of one partition, by night: the shop sells on no day that is near, so that no table is late."""
    far = (datetime.now(UTC).weekday() + 3) % 7
    monkeypatch.setenv("ORDERS_TRADING_DAYS", WEEKDAYS[far])
    config = HubConfig("orders", 1, ("$Default",))
    with server_in_thread(ServerOptions(data=tmp_path / "hub", hubs=(config,), key_name="Root", key="c29tZSBrZXk=")) as server:
        for name, value in server.server.client_settings().items():
            monkeypatch.setenv(name, value)
        yield Settings.load().need_hub()


def filled(instance: dg.DagsterInstance, hub: HubSettings) -> None:
    """Bronze is at the hub's end."""
    now = tails(hub)
    positions = {now.generation: {name: tail.next for name, tail in now.partitions.items()}}
    told = {"positions_to": dg.MetadataValue.json(positions)}
    instance.report_runless_asset_event(dg.AssetMaterialization(asset_key("bronze.order_events"), metadata=told))


def test_a_burst_after_quiet_hours_is_told_only_if_nobody_takes_it(
    webhook: Webhook, instance: dg.DagsterInstance, look: MakeLook, hub: HubSettings
) -> None:
    start = time.time()

    def at(seconds: float) -> list[str]:
        """A look at that moment; the titles of all that was told until then."""
        look(now=lambda: start + seconds).run()
        return [body["title"] for body in webhook.accepted]

    with Publisher(hub) as publisher:
        publisher.publish([("order-1", b"{}")])
        filled(instance, hub)
        at(0)
        at(9 * HOUR)
        assert at(9 * HOUR + 150) == []
        publisher.publish([("order-2", b"{}")] * 40)

    assert at(9 * HOUR + 154) == []
    assert at(9 * HOUR + 450) == []
    assert at(9 * HOUR + 750) == []
    assert at(9 * HOUR + 756) == ["[warning] Orders do not reach the tables"]
    at(9 * HOUR + 766)
    filled(instance, hub)
    assert at(9 * HOUR + 776) == ["[warning] Orders do not reach the tables", "[all clear] Orders do not reach the tables"]
    opened, over = (body["message"].splitlines()[0] for body in webhook.accepted)
    assert opened == "- 40 events wait in the hub, the oldest for 10 min 2 s; it keeps them for 1 d"
    assert over == "- 40 events had waited in the hub, the oldest for 10 min 2 s; it keeps them for 1 d"
    assert at(9 * HOUR + 786)[2:] == []
