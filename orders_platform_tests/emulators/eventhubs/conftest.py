"""A hub for the tests of this folder, and the real process that serves one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import ServerInThread, server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform_tests.contract.sdk_sockets import sockets_left_open_are_closed

__all__ = ["running", "sockets_left_open_are_closed"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[ServerInThread]:
    """A running emulator with one hub of two partitions."""
    options = ServerOptions(tmp_path / "data", (HubConfig("orders", 2),), "Root", "c29tZSBrZXk=")
    with server_in_thread(options) as server:
        yield server
