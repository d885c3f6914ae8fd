"""A running face and a client that has logged in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform_tests.emulators.eventhubs.kafka.running_face import RunningFace, connection_string
from orders_platform_tests.emulators.eventhubs.kafka.wire_client import WireClient


@pytest.fixture
def face(tmp_path: Path) -> Iterator[RunningFace]:
    """One hub `orders` with two partitions."""
    with RunningFace(tmp_path / "hub", partitions=2) as running:
        yield running
    assert running.faults == [], "the server met something that it did not expect"


@pytest.fixture
def stranger(face: RunningFace) -> Iterator[WireClient]:
    """A connection that has not logged in."""
    with WireClient(face.port) as client:
        yield client


@pytest.fixture
def client(stranger: WireClient) -> WireClient:
    """A connection that has logged in."""
    assert stranger.log_in(connection_string()) == 0
    return stranger
