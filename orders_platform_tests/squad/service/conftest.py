"""The API over a database of the test's own."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from orders_platform_tests.squad.service.issuing import Tokens, issuing
from orders_platform_tests.squad.service.served import Shop, served


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with served({"ORDERS_DATABASE_URL": database_url}) as url:
        yield Shop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[DictRow]]:
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture(scope="session")
def tokens() -> Iterator[Tokens]:
    with issuing() as found:
        yield found


@pytest.fixture
def guarded_url(database_url: str, tokens: Tokens) -> Iterator[str]:
    """Address of an API that asks for a token."""
    with served({"ORDERS_DATABASE_URL": database_url, **tokens.settings()}) as address:
        yield address
