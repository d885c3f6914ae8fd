"""The hubs that the contract must hold for: ours always, and the one that the environment names."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform_tests.contract.hub_client import HubUnderTest

__all__ = ["hub"]

OURS, GIVEN = "ours", "given"
CONNECTION, NAME = "ORDERS_CONTRACT_HUB_CONNECTION", "ORDERS_CONTRACT_HUB_NAME"
HUBS = [OURS] + ([GIVEN] if os.environ.get(CONNECTION) else [])


def our_options(data: Path) -> ServerOptions:
    """The emulator with one hub."""
    hub = HubConfig("orders", 4, ("$Default", "control-room"))
    return ServerOptions(data=data, hubs=(hub,), key_name="Root", key="c29tZSBrZXk=")


@pytest.fixture(scope="package", params=HUBS)
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubUnderTest]:
    """A running hub. It may hold events of other tests, and others may use it: tests start from the tail they saw."""
    if request.param == GIVEN:
        yield from _with_producer(HubUnderTest(os.environ[CONNECTION], os.environ[NAME]))
        return
    with server_in_thread(our_options(tmp_path_factory.mktemp("hub"))) as running:
        yield from _with_producer(HubUnderTest(running.server.connection_string(), "orders"))


def _with_producer(hub: HubUnderTest) -> Iterator[HubUnderTest]:
    with hub.shared:
        yield hub
    for reading in hub.leaving:
        reading.join()
