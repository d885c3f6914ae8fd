"""A store for each test, and one webhook for all tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.alerts.database import prepared
from orders_platform.alerts.store import AlertStore
from orders_platform_tests.alerts.webhook import Webhook, served


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AlertStore]:
    """An empty one, in a file."""
    engine = prepared(f"sqlite:///{tmp_path}/alerts.db")
    yield AlertStore(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def _served() -> Iterator[Webhook]:
    with served() as webhook:
        yield webhook


@pytest.fixture
def webhook(_served: Webhook) -> Webhook:
    """One that accepts all, and to which nothing came yet."""
    _served.clear()
    return _served
