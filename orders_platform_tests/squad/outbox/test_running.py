"""A relay that keeps running: one leads, the next takes over, and whatever goes away and comes back, all arrives."""

from collections.abc import Iterator

import psutil
import pytest
from structlog.testing import capture_logs

from orders_platform.local.database import ORDERS, running_database
from orders_platform.local.home import Home
from orders_platform.squad.database import Connection, connect
from orders_platform.squad.outbox.running import ACTIVE, WAITING
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.squad.outbox.places import (
    HubPlace,
    add,
    add_many,
    add_next,
    body_of,
    by_order,
    count_waiting,
    relay_backends,
    relaying,
    waiting,
)

pytestmark = [pytest.mark.integration, pytest.mark.faults]


@pytest.fixture
def role(database: Connection) -> Iterator[str]:
    """Of one relay alone, so that it can be kept out of the database."""
    [row] = database.execute("select 'relay_of_' || current_database() as name").fetchall()
    name = str(row["name"])
    database.execute(f"create role {name} login superuser".encode())
    yield name
    database.execute(f"drop role {name}".encode())


def test_what_is_written_meanwhile_is_sent(hub: HubPlace, database: Connection, database_url: str) -> None:
    with relaying(database_url, hub.settings) as relay:
        for number in range(3):
            add(database, f"order-{number}")
            wait_until(lambda: waiting(database) == 0)

    assert relay.told == [ACTIVE]
    assert sorted(message.body for message in hub.messages()) == [body_of(f"order-{number}", 1) for number in range(3)]


def test_one_leads_and_the_other_takes_over_when_it_stops(hub: HubPlace, database: Connection, database_url: str) -> None:
    with relaying(database_url, hub.settings) as first, relaying(database_url, hub.settings) as second:
        assert (first.told, second.told) == ([ACTIVE], [WAITING])
        assert (first.leads, second.leads) == (True, False)
        first.end()
        wait_until(lambda: second.leads)
        add(database, "a")
        wait_until(lambda: waiting(database) == 0)

    assert not first.leads
    assert hub.of("a") == [body_of("a", 1)]


def test_the_other_takes_over_when_the_first_ones_connection_is_ended(
    hub: HubPlace, database: Connection, database_url: str, role: str
) -> None:
    url = database_url.replace("postgres@", f"{role}@")
    with relaying(url, hub.settings) as first, relaying(database_url, hub.settings) as second:
        [leader] = relay_backends(database)
        # else it may be the quicker one to come back
        database.execute(f"alter role {role} nologin".encode())
        database.execute("select pg_terminate_backend(%s)", (leader,))
        wait_until(lambda: second.leads)
        add(database, "a")
        wait_until(lambda: waiting(database) == 0)
        database.execute(f"alter role {role} login".encode())

        second.end()

        wait_until(lambda: first.leads, 60)
    assert hub.of("a") == [body_of("a", 1)]


def test_all_arrives_when_the_hub_stops_and_starts_again(hub: HubPlace, database: Connection, database_url: str) -> None:
    with relaying(database_url, hub.settings) as relay, capture_logs() as told:
        added = add_many(database, 30)
        wait_until(lambda: waiting(database) == 0)
        hub.stop()
        for order_id in added:
            add_next(database, added, order_id)
        wait_until(lambda: any(line["event"] in {"away", "partition_fails"} for line in told))
        hub.start()
        wait_until(lambda: waiting(database) == 0, 60)
        assert relay.leads

    assert by_order(hub.messages()) == added


def test_all_arrives_in_order_when_connections_are_cut(hub: HubPlace, database: Connection, database_url: str) -> None:
    added = add_many(database, 3000)
    with relaying(database_url, hub.settings):
        for left in (2500, 1500, 500):
            wait_until(lambda left=left: waiting(database) <= left)  # type: ignore[misc]  # a default is how a lambda keeps its own value
            hub.call(lambda server: server.faults.drop_connections())
        wait_until(lambda: waiting(database) == 0, 60)

    assert by_order(hub.messages()) == added


def test_a_throttled_partition_holds_no_other_back_and_goes_on_by_itself(
    hub: HubPlace, database: Connection, database_url: str
) -> None:
    hub.throttle("0")
    with relaying(database_url, hub.settings) as relay:
        added = add_many(database, 300)
        registry = relay.service.metrics.registry
        wait_until(lambda: (registry.get_sample_value("relay_failures_total", {"reason": "throttled"}) or 0) > 0)
        held = _held_back(hub, added, database)
        hub.call(lambda server: server.faults.clear())
        wait_until(lambda: waiting(database) == 0, 60)

    assert held
    assert by_order(hub.messages()) == added


def test_all_arrives_when_the_database_is_killed_and_back(hub: HubPlace, home: Home) -> None:
    with running_database(home) as server:
        url = server.url(ORDERS)
        with relaying(url, hub.settings) as relay, capture_logs() as told:
            with connect(url) as connection:
                added = add_many(connection, 30)
            wait_until(lambda: count_waiting(url) == 0)
            _kill(home)
            wait_until(lambda: any(line["event"] == "away" for line in told))
            with running_database(home):
                _add_to_each(url, added)
                wait_until(lambda: count_waiting(url) == 0, 60)
                wait_until(lambda: any(line["event"] == "back" for line in told))
            relay.service.stop.set()

    assert by_order(hub.messages()) == added


def test_it_waits_for_a_database_without_tables_and_says_what_to_do(
    hub: HubPlace, database: Connection, database_url: str
) -> None:
    database.execute("alter table outbox rename to away")
    with capture_logs() as told, relaying(database_url, hub.settings):
        wait_until(lambda: any(line["event"] == "away" for line in told))
        database.execute("alter table away rename to outbox")
        add(database, "a")
        wait_until(lambda: waiting(database) == 0)

    [said] = [line["said"] for line in told if line["event"] == "away"]
    assert "api migrate" in said


def _held_back(hub: HubPlace, added: dict[str, list[bytes]], database: Connection) -> set[str]:
    """Orders that are not in the hub once all the others are: those of the throttled partition."""
    wait_until(lambda: waiting(database) > 0 and not database.execute(
        "select from outbox where published_at is null and last_error is null and next_attempt_at <= now()"
    ).fetchall())  # fmt: skip
    arrived = by_order(hub.messages())
    assert {order_id: added[order_id] for order_id in arrived} == arrived
    return set(added) - set(arrived)


def _kill(home: Home) -> None:
    """What a machine does that loses its power."""
    server = psutil.Process(int((home.postgres / "postmaster.pid").read_text().partition("\n")[0]))
    for process in (server, *server.children()):
        process.kill()


def _add_to_each(url: str, added: dict[str, list[bytes]]) -> None:
    with connect(url) as connection:
        for order_id in added:
            add_next(connection, added, order_id)
