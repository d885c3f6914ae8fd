"""An outbox and a hub of each test's own."""

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.squad.database import Connection, connect
from orders_platform_tests.squad.outbox.places import HubPlace


@pytest.fixture
def database(database_url: str) -> Iterator[Connection]:
    with connect(database_url) as connection:
        yield connection


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubPlace]:
    place = HubPlace(tmp_path / "hub")
    place.start()
    yield place
    place.stop()


@pytest.fixture(autouse=True)
def _sockets_of_broken_connections_are_collected() -> Iterator[None]:
    """The SDK leaves the sockets of connections that broke to the garbage collector, which would warn in some other test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
