"""A hub for the tests of this folder, and the real process that serves one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import ServerInThread, server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions

__all__ = ["running"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[ServerInThread]:
    """A running emulator with one hub of two partitions."""
    options = ServerOptions(tmp_path / "data", (HubConfig("orders", 2),), "Root", "c29tZSBrZXk=")
    with server_in_thread(options) as server:
        yield server
