"""A span of events is sent again, with the same bytes; nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest

from orders_platform.errors import EnvironmentFault, InputError
from orders_platform.squad.database import Connection
from orders_platform.squad.outbox import again
from orders_platform.squad.outbox.again import Span, send_again
from orders_platform.squad.outbox.running import drain
from orders_platform.squad.outbox.store import OutboxStore
from orders_platform_tests.squad.outbox.places import HubPlace, add, waiting

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def add_at(connection: Connection, order_id: str, created_at: datetime, *, is_published: bool = True) -> None:
    add(connection, order_id)
    connection.execute("update outbox set created_at = %s where order_id = %s", (created_at, order_id))
    if is_published:
        connection.execute("update outbox set published_at = now(), attempts = 3 where order_id = %s", (order_id,))


def waiting_orders(connection: Connection) -> list[str]:
    rows = connection.execute("select order_id from outbox where published_at is null order by order_id").fetchall()
    return [row["order_id"] for row in rows]


@pytest.mark.parametrize("last", [NOON, NOON - HOUR])
def test_a_span_that_holds_nothing_is_refused(last: datetime) -> None:
    with pytest.raises(InputError, match=r"--from .+ is not before --to"):
        Span(NOON, last)


@pytest.mark.integration
def test_the_same_bytes_are_sent_again(hub: HubPlace, database: Connection, database_url: str) -> None:
    add(database, "a", body=b"\x00\xff raw")
    drain(database_url, hub.settings)
    now = datetime.now(UTC)

    done = send_again(database_url, Span(now - HOUR, now + HOUR))
    drain(database_url, hub.settings)

    assert done.events == 1
    assert hub.of("a") == [b"\x00\xff raw"] * 2
    assert waiting(database) == 0


@pytest.mark.integration
def test_the_span_holds_its_first_moment_and_not_its_last_one(database: Connection, database_url: str) -> None:
    for order_id, hours in (("before", -1), ("first", 0), ("within", 1), ("last", 2)):
        add_at(database, order_id, NOON + hours * HOUR)
    add_at(database, "unsent", NOON, is_published=False)
    told: list[tuple[int, int]] = []

    done = send_again(database_url, Span(NOON, NOON + 2 * HOUR), lambda *each: told.append(each))

    assert (done.events, done.oldest, told) == (2, NOON - HOUR, [(2, 2)])
    assert waiting_orders(database) == ["first", "unsent", "within"]
    assert database.execute("select max(attempts) as most from outbox where published_at is null").fetchall() == [{"most": 0}]


@pytest.mark.integration
def test_all_of_a_span_is_sent_again_when_it_is_more_than_a_batch(
    database: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "_BATCH", 3)
    for number in range(10):
        add_at(database, f"order-{number}", NOON + number // 4 * HOUR)

    assert send_again(database_url, Span(NOON, NOON + 9 * HOUR)).events == 10

    assert waiting(database) == 10


@pytest.mark.integration
def test_nothing_is_sent_again_when_nothing_is_kept(database_url: str) -> None:
    done = send_again(database_url, Span(NOON, NOON + HOUR))

    assert (done.events, done.oldest) == (0, None)


def test_a_database_that_is_away_is_told_without_its_password() -> None:
    with pytest.raises(EnvironmentFault, match="does not serve") as caught:
        send_again("postgresql://postgres:s3cret@127.0.0.1:1/orders", Span(NOON, NOON + HOUR))

    assert "s3cret" not in str(caught.value)


@pytest.mark.integration
def test_what_is_asked_for_again_has_waited_since_then(database: Connection, database_url: str) -> None:
    """A span of last week is no alarm of a week."""
    add_at(database, "old", NOON - 100 * HOUR)

    send_again(database_url, Span(NOON - 200 * HOUR, NOON))

    assert OutboxStore(database).state().oldest_seconds < 60
