"""A real PostgreSQL for the tests of this process; each test has a fresh database in it."""

import itertools
from collections.abc import Iterator

import psycopg
import pytest

from orders_platform.local.database import ORDERS, SUPERUSER, Database, running_database
from orders_platform.local.home import Home
from orders_platform.squad.migrations import migrate
from orders_platform_tests.local.short_folder import short_folder

_TEMPLATE = "orders_template"
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A server that has the tables once, to be copied."""
    with running_database(Home(tmp_path_factory.mktemp("database"))) as server:
        _ask(server, f"create database {_TEMPLATE}")
        migrate(server.url(_TEMPLATE))
        yield server


@pytest.fixture
def database_url(database_server: Database) -> str:
    """Address of a database with empty tables."""
    name = f"orders_{next(_NUMBERS)}"
    _ask(database_server, f"create database {name} template {_TEMPLATE}")
    return database_server.url(name)


@pytest.fixture
def home() -> Iterator[Home]:
    """Of a server that this test alone may kill."""
    with short_folder() as folder:
        home = Home(folder / "home")
        with running_database(home) as server:
            migrate(server.url(ORDERS))
        yield home


def _ask(server: Database, statement: str) -> None:
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        connection.execute(statement.encode())
