"""The outbox's statements, over a real PostgreSQL."""

import pytest

from orders_platform.squad.database import Connection, connect
from orders_platform.squad.outbox import store as outbox_store
from orders_platform.squad.outbox.store import STUCK_ATTEMPTS, Late, OutboxStore, Row, State
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.squad.outbox.places import add, body_of

pytestmark = pytest.mark.integration


@pytest.fixture
def store(database: Connection) -> OutboxStore:
    return OutboxStore(database)


def due(store: OutboxStore) -> list[bytes]:
    return [row.body for row in store.due()]


def row_of(store: OutboxStore, order_id: str) -> Row:
    return next(row for row in store.due() if row.order_id == order_id)


def test_what_waits_is_due_oldest_first_with_its_bytes(store: OutboxStore, database: Connection) -> None:
    add(database, "b", body=b"\x00\xff raw")
    add(database, "a")

    assert due(store) == [b"\x00\xff raw", body_of("a", 1)]
    assert [row.body for row in store.due(limit=1)] == [b"\x00\xff raw"]


def test_a_row_that_commits_late_with_a_low_id_is_due_when_higher_ones_are_sent(
    store: OutboxStore, database: Connection, database_url: str
) -> None:
    with connect(database_url) as late:
        late.execute("begin")
        add(late, "late")
        add(database, "early")
        store.mark(store.due())
        assert due(store) == []

        late.execute("commit")

    assert due(store) == [body_of("late", 1)]


def test_a_version_waits_while_an_earlier_one_of_its_order_is_postponed(store: OutboxStore, database: Connection) -> None:
    add(database, "a", 1)
    add(database, "b", 1)
    first = row_of(store, "a")
    add(database, "a", 2)
    add(database, "a", 3)

    store.postpone([Late(first, 60, tried=True, said="busy")])

    assert due(store) == [body_of("b", 1)]
    store.postpone([Late(first, 0, tried=False)])
    assert due(store) == [body_of(*each) for each in (("a", 1), ("b", 1), ("a", 2), ("a", 3))]


@pytest.mark.parametrize("ahead", ["61 seconds", "3 hours", "70 years"])
def test_an_event_that_waits_since_a_clock_stood_ahead_is_due(store: OutboxStore, database: Connection, ahead: str) -> None:
    """Written, or put off, at a time that is the future now: nothing waits longer than the longest wait."""
    add(database, "a", 1)
    add(database, "a", 2)
    add(database, "b", 1)

    database.execute("update outbox set next_attempt_at = next_attempt_at + %s::interval", (ahead,))
    database.execute("update outbox set created_at = created_at + %s::interval", (ahead,))

    assert due(store) == [body_of("a", 1), body_of("a", 2), body_of("b", 1)]
    assert store.state().oldest_seconds == 0


def test_an_earlier_version_does_not_wait_for_a_later_one(store: OutboxStore, database: Connection) -> None:
    add(database, "a", 1)
    add(database, "a", 2)

    store.postpone([Late(store.due()[1], 60, tried=True)])

    assert due(store) == [body_of("a", 1)]


def test_tries_in_vain_are_counted_with_what_was_said_and_waiting_for_a_partition_is_none(
    store: OutboxStore, database: Connection
) -> None:
    add(database, "a")

    store.postpone([Late(row_of(store, "a"), 0, tried=True, said="busy")])
    store.postpone([Late(row_of(store, "a"), 0, tried=False)])

    assert row_of(store, "a").attempts == 1
    assert database.execute("select last_error from outbox").fetchall() == [{"last_error": "busy"}]


def test_what_is_marked_is_not_due_and_has_no_error(store: OutboxStore, database: Connection) -> None:
    add(database, "a")
    store.postpone([Late(row_of(store, "a"), 0, tried=True, said="busy")])

    store.mark(store.due())

    assert due(store) == []
    assert database.execute("select published_at <= now() as is_past, last_error from outbox").fetchall() == [
        {"is_past": True, "last_error": None}
    ]


def test_one_leads_and_the_next_one_when_its_connection_ends(store: OutboxStore, database_url: str) -> None:
    with connect(database_url) as first:
        assert OutboxStore(first).takes_the_lead()
        assert not store.takes_the_lead()

    # the server hears of the end a moment later
    wait_until(store.takes_the_lead)


def test_a_purge_leaves_what_waits_and_what_is_young(store: OutboxStore, database: Connection) -> None:
    for order_id in ("waiting", "young", "old"):
        add(database, order_id)
    database.execute("update outbox set created_at = now() - interval '30 days'")
    database.execute("update outbox set published_at = now() - interval '13 days' where order_id = 'young'")
    database.execute("update outbox set published_at = now() - interval '15 days' where order_id = 'old'")

    purged = store.purge(14)

    assert (purged.events, purged.is_more) == (1, False)
    left = database.execute("select order_id from outbox order by order_id").fetchall()
    assert [row["order_id"] for row in left] == ["waiting", "young"]


def test_a_purge_takes_a_batch_and_says_that_there_is_more(
    store: OutboxStore, database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_store, "BATCH", 2)
    for number in range(3):
        add(database, f"order-{number}")
    database.execute("update outbox set published_at = now() - interval '15 days'")

    assert [(purged.events, purged.is_more) for purged in (store.purge(14), store.purge(14))] == [(2, True), (1, False)]


def test_a_purge_forgets_old_answers_and_keeps_young_ones(store: OutboxStore, database: Connection) -> None:
    database.execute(
        "insert into idempotency_keys (caller, key, request_hash, created_at) values"
        " ('shop', 'old', '', now() - interval '15 days'), ('shop', 'young', '', now())"
    )

    assert not store.purge(14).is_more
    assert database.execute("select key from idempotency_keys").fetchall() == [{"key": "young"}]


def test_the_state_tells_what_waits_for_how_long_and_what_is_stuck(store: OutboxStore, database: Connection) -> None:
    assert (store.state(), store.stuck()) == (State(0, 0.0, 0), 0)
    for order_id in ("a", "b", "c"):
        add(database, order_id)
    database.execute("update outbox set created_at = now() - interval '90 seconds' where order_id = 'a'")
    database.execute("update outbox set attempts = %s where order_id = 'b'", (STUCK_ATTEMPTS,))
    store.mark([row_of(store, "c")])

    state = store.state()

    assert (state.waiting, state.most_attempts, store.stuck()) == (2, STUCK_ATTEMPTS, 1)
    assert 90 <= state.oldest_seconds < 120
