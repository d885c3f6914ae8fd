"""From a real outbox into a real hub: all of it, or a sentence that says what is left."""

from datetime import UTC, datetime

import pytest

from orders_platform.errors import EnvironmentFault, HubError
from orders_platform.hub.lanes import Lanes
from orders_platform.squad.database import Connection, connect
from orders_platform.squad.outbox.again import Span, send_again
from orders_platform.squad.outbox.running import drain
from orders_platform.squad.outbox.store import OutboxStore
from orders_platform_tests.squad.outbox.places import HubPlace, add, add_many, body_of, by_order, waiting

pytestmark = pytest.mark.integration


def test_all_that_waits_arrives_once_and_is_marked(hub: HubPlace, database: Connection, database_url: str) -> None:
    added = add_many(database, 2500)
    told: list[int] = []

    sent = drain(database_url, hub.settings, told.append)

    messages = hub.messages()
    assert (sent, sum(told), len(messages), waiting(database)) == (2500, 2500, 2500, 0)
    assert by_order(messages) == added
    assert drain(database_url, hub.settings) == 0


def test_a_row_that_commits_late_with_a_low_id_is_still_sent(hub: HubPlace, database: Connection, database_url: str) -> None:
    with connect(database_url) as late, connect(database_url) as later:
        for connection, order_id in ((late, "late"), (later, "later")):
            connection.execute("begin")
            add(connection, order_id)
        add(database, "early")
        assert drain(database_url, hub.settings) == 1
        later.execute("commit")
        assert drain(database_url, hub.settings) == 1
        late.execute("commit")

    assert drain(database_url, hub.settings) == 1
    assert sorted(message.body for message in hub.messages()) == [b"early 1", b"late 1", b"later 1"]


def test_a_body_that_is_no_event_keeps_none_of_the_others_back(hub: HubPlace, database: Connection, database_url: str) -> None:
    """The relay takes bodies as they are: what is wrong with one is judged behind the hub."""
    odd = {"empty": b"", "no-utf-8": b"\xff\xfe", "half": b'{"data": {', "nul": b"\0", "large": b"[" * 900_000}
    for order_id, body in odd.items():
        add(database, order_id, body=body)
        add(database, f"after-{order_id}")

    assert drain(database_url, hub.settings) == 2 * len(odd)
    assert {order_id: hub.of(order_id) for order_id in odd} == {order_id: [body] for order_id, body in odd.items()}
    assert send_again(database_url, Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))).events == 2 * len(
        odd
    )
    assert drain(database_url, hub.settings) == 2 * len(odd)


@pytest.mark.faults
def test_a_throttled_partition_holds_no_other_back_and_keeps_its_order(
    hub: HubPlace, database: Connection, database_url: str
) -> None:
    added = add_many(database, 300)
    with Lanes(hub.settings) as lanes:
        held = {order_id for order_id in added if lanes.lane_of(order_id) == "0"}
    hub.throttle("0")

    with pytest.raises(HubError, match=r"^\d+ events wait for another try; \d+ are in the hub"):
        drain(database_url, hub.settings)

    hub.call(lambda server: server.faults.clear())
    assert by_order(hub.messages()) == {order_id: bodies for order_id, bodies in added.items() if order_id not in held}
    assert waiting(database) == sum(len(added[order_id]) for order_id in held) > 0
    database.execute("update outbox set next_attempt_at = now()")
    drain(database_url, hub.settings)
    assert by_order(hub.messages()) == added


def test_too_large_an_event_holds_its_order_back_alone(hub: HubPlace, database: Connection, database_url: str) -> None:
    # as in the table of a service that adopted it without our limits
    database.execute("alter table outbox drop constraint outbox_body_check")
    add(database, "large", 1, body=b"x" * 1_048_576)
    add(database, "large", 2)
    add(database, "small", 1)

    with pytest.raises(HubError, match="2 events wait"):
        drain(database_url, hub.settings)

    assert [message.body for message in hub.messages()] == [body_of("small", 1)]
    [row] = database.execute("select last_error from outbox where order_id = 'large' and version = 1").fetchall()
    assert "larger than" in row["last_error"]


def test_it_gives_way_to_a_relay_that_leads(hub: HubPlace, database: Connection, database_url: str) -> None:
    assert OutboxStore(database).takes_the_lead()
    add(database, "a")

    with pytest.raises(EnvironmentFault, match="another relay sends already"):
        drain(database_url, hub.settings)

    assert waiting(database) == 1


@pytest.mark.parametrize("missing", [b"drop table outbox", b"alter table outbox drop column next_attempt_at"])
def test_it_says_so_when_tables_are_not_of_this_release(
    hub: HubPlace, database: Connection, database_url: str, missing: bytes
) -> None:
    database.execute(missing)

    with pytest.raises(EnvironmentFault, match="orders-platform api migrate"):
        drain(database_url, hub.settings)


def test_it_names_no_password_when_the_database_is_away(hub: HubPlace) -> None:
    with pytest.raises(EnvironmentFault, match="does not serve") as caught:
        drain("postgresql://postgres:s3cret@127.0.0.1:1/orders", hub.settings)

    assert "s3cret" not in str(caught.value)
