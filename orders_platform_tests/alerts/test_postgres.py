"""The store in a real PostgreSQL: the same as in a file, and of many loops over it one works."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orders_platform.alerts.database import engine_of, lead, prepared
from orders_platform.alerts.delivery import Delivered
from orders_platform.alerts.store import AlertStore
from orders_platform.errors import EnvironmentFault
from orders_platform.local.database import ALERTS, Database, running_database
from orders_platform.local.home import Home
from orders_platform.settings import Settings
from orders_platform_tests.alerts.builders import RELAY, START, bad, good, told
from orders_platform_tests.alerts.loop import Loop
from orders_platform_tests.alerts.webhook import Webhook

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with running_database(Home(tmp_path_factory.mktemp("home"))) as server:
        yield server


@pytest.fixture(scope="module")
def store(server: Database) -> AlertStore:
    """Empty at first; its tables are made by four processes' worth of threads at once."""
    settings = Settings.from_env({"ORDERS_ALERT_DATABASE_URL": server.url(ALERTS)})
    with ThreadPoolExecutor(4) as threads:
        for engine in threads.map(prepared.__wrapped__, [server.alchemy_url(ALERTS)] * 4):
            engine.dispose()
    return AlertStore(engine_of(settings))


def test_an_incident_and_its_end_arrive_and_are_forgotten(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told(webhook.url, "json://127.0.0.1:1/x"))
    loop.find(bad(), bad("job maintenance", RELAY))
    assert loop.deliver() == Delivered(sent=2, failed=1)
    loop.find(good())
    loop.settings = told(webhook.url)
    assert loop.later(60) == Delivered(sent=1)
    store.write_note("loop", {"at": START})
    store.write_note("loop", {"at": START + 1})

    assert webhook.keys == ["incident-1-1", "incident-2-1", "incident-1-2"]
    assert [one.topic.key for one in store.open_incidents()] == ["relay"]
    assert (store.note("loop"), store.note("never"), store.waiting()) == ({"at": START + 1}, {}, [])
    assert loop.later(100 * 86_400) == Delivered()


def test_many_loops_at_once_send_each_message_once(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told(webhook.url))
    with lead(store.engine):
        loop.find(*(bad(f"check {number}") for number in range(10_000)))

    def run(_: int) -> bool:
        with lead(store.engine) as leads:
            return leads and loop.deliver() == Delivered(sent=1)

    with ThreadPoolExecutor(8) as threads:
        led = list(threads.map(run, range(40)))

    assert len(webhook.came) == 1
    assert True in led


def test_a_loop_leads_until_it_ends_however_that_ends(store: AlertStore) -> None:
    with lead(store.engine) as first, lead(store.engine) as second:
        assert (first, second) == (True, False)
    with pytest.raises(RuntimeError), lead(store.engine):
        raise RuntimeError
    with lead(store.engine) as third:
        assert third


def test_a_database_that_is_not_there_is_one_sentence_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://user:s3cret@/alerts?host={tmp_path}"

    with pytest.raises(EnvironmentFault, match="the alert store does not serve") as fault:
        engine_of(Settings.from_env({"ORDERS_ALERT_DATABASE_URL": url}))

    assert "s3cret" not in str(fault.value)
