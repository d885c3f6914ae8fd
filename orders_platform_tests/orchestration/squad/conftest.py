"""A server that speaks as the squad's API, named by the environment as Dagster finds it."""

from collections.abc import Iterator

import pytest
import stamina

from orders_platform_tests.orchestration.squad.squad_server import SquadServer


@pytest.fixture
def squad(monkeypatch: pytest.MonkeyPatch) -> Iterator[SquadServer]:
    """The API where everyone is let in."""
    for name in ("ORDERS_API_ISSUER", "ORDERS_API_AUDIENCE", "ORDERS_TIMEZONE"):
        monkeypatch.delenv(name, raising=False)
    with SquadServer().open() as server:
        monkeypatch.setenv("ORDERS_API_URL", server.url)
        yield server


@pytest.fixture(autouse=True)
def _retries_do_not_wait() -> Iterator[None]:
    """A few tries at once stand for those of half a minute."""
    stamina.set_testing(testing=True, attempts=3)
    yield
    stamina.set_testing(testing=False)
