"""One PostgreSQL for the tests of a module, and Dagster's records in it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orders_platform.local.dagster_home import open_instance
from orders_platform.local.database import Database, running_database
from orders_platform.local.home import Home


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A real server in a fresh folder."""
    with running_database(Home(tmp_path_factory.mktemp("database"))) as database:
        yield database


@pytest.fixture
def instance(database: Database, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster with the settings of a local platform."""
    with open_instance(tmp_path / "dagster", database) as instance:
        yield instance
