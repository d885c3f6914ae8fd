"""A running hub of each test's own."""

import gc
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import ServerInThread, server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.settings import HubSettings, Settings

KEY = "c29tZSBrZXk="


@pytest.fixture
def running(tmp_path: Path) -> Iterator[ServerInThread]:
    """The emulator with one hub of four partitions."""
    hub = HubConfig("orders", 4, ("$Default",))
    with server_in_thread(ServerOptions(data=tmp_path / "hub", hubs=(hub,), key_name="Root", key=KEY)) as server:
        yield server


@pytest.fixture
def hub(running: ServerInThread) -> HubSettings:
    """Settings that point at it."""
    return Settings.from_env(running.server.client_settings()).need_hub()


@pytest.fixture(autouse=True)
def _retries_do_not_wait() -> Iterator[None]:
    """Tries stay as many as the deadline allows; only the waiting between them is left out."""
    stamina.set_testing(testing=True, attempts=3)
    yield
    stamina.set_testing(testing=False)


@pytest.fixture(autouse=True)
def _sockets_of_broken_connections_are_collected() -> Iterator[None]:
    """The SDK leaves the sockets of connections that broke to the garbage collector, which would warn in some other test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def unused_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
