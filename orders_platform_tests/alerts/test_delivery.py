"""Messages on their way, over real sockets: each edge arrives once, whatever webhooks, loops, clocks and the store do."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from orders_platform.alerts.database import lead, prepared
from orders_platform.alerts.delivery import Delivered
from orders_platform.alerts.incidents import UPDATE_SECONDS
from orders_platform.alerts.signal import Severity
from orders_platform.alerts.store import LONGEST_WAIT_SECONDS, AlertStore
from orders_platform.alerts.tables import EDGES, INCIDENTS
from orders_platform.errors import EnvironmentFault
from orders_platform_tests.alerts.builders import PROGRESS, RELAY, START, bad, good, told
from orders_platform_tests.alerts.loop import Loop
from orders_platform_tests.alerts.webhook import Webhook, served

CRITICAL = Severity.CRITICAL
SLIGHT, OLD = (replace(PROGRESS, key=key) for key in ("slight", "old"))


def test_an_incident_arrives_with_all_that_one_needs(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told(webhook.url))
    loop.find(bad(said="job full_pass failed, 3 times in a row", severity=CRITICAL))
    loop.clock.at += 60

    assert loop.deliver() == Delivered(sent=1)

    [message] = webhook.accepted
    assert message["title"] == "[critical] Orders do not reach the tables"
    assert message["message"].splitlines() == [
        "- job full_pass failed, 3 times in a row",
        "Since: 2026-01-05 12:00:00 UTC (0 s)",
        "Look: Dagster: /runs",
        "Do: docs/en/alerts.md#progress",
        "Reference: incident-1-1",
    ]
    assert (message["type"], message["kind"], webhook.came[0]["header"]) == ("failure", "opened", "incident-1-1")


def test_a_webhook_that_is_dead_for_an_hour_gets_each_edge_once_and_in_order(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told(webhook.url))
    webhook.answers[:] = [503] * 1000
    loop.find(bad(), bad("relay", RELAY))
    for minute in range(60):
        loop.find(bad(said=f"for {minute} min"))
        loop.later(60)
    loop.clock.at = START + UPDATE_SECONDS
    loop.find(bad(said="for an hour"))
    loop.find(good(), good("relay", RELAY))
    tries = len(webhook.came)
    webhook.answers.clear()
    sent = loop.later(LONGEST_WAIT_SECONDS)

    assert sent == Delivered(sent=5)
    assert sorted(webhook.keys) == ["incident-1-1", "incident-1-2", "incident-1-3", "incident-2-1", "incident-2-2"]
    assert [key for key in webhook.keys if key.startswith("incident-1")] == ["incident-1-1", "incident-1-2", "incident-1-3"]
    assert loop.later(3600) == Delivered()
    # 10 s doubled up to a quarter of an hour, and never sooner than a busy service asks for
    assert tries <= 20


def test_what_follows_waits_behind_what_failed_and_another_incident_is_tried_at_once(store: AlertStore, webhook: Webhook) -> None:
    """A busy address is left alone for a minute; something new is worth one try, since the address may be back."""
    loop = Loop(store, told(webhook.url))
    webhook.answers[:] = [429]
    webhook.headers["Retry-After"] = "60"
    loop.find(bad())
    loop.deliver()
    loop.find(good())
    assert [loop.later(19) for _ in range(3)] == [Delivered()] * 3

    loop.find(bad("slight", SLIGHT))
    assert loop.later(0) == Delivered(sent=1)
    assert loop.later(4) == Delivered(sent=2)
    assert webhook.keys == ["incident-2-1", "incident-1-1", "incident-1-2"]


def test_dead_addresses_keep_nothing_from_the_others(store: AlertStore, webhook: Webhook) -> None:
    """No connection, a redirect to a cloud's own service, a service that nobody knows, a name that leads there."""
    with served() as other:
        other.answers[:] = [302]
        other.headers["Location"] = "http://169.254.169.254/latest/meta-data/"
        addresses = told("json://127.0.0.1:1/x", other.url, "nosuch://secret", webhook.url)
        loop = Loop(store, addresses)
        loop.find(bad())

        assert loop.deliver() == Delivered(sent=1, failed=3)
        assert other.paths == ["/alerts"]

    said = {waiting.said for waiting in store.waiting()}
    assert said == {
        "there is no connection, or no answer in time",
        "it redirects (302), which is not followed: name the address that it leads to",
        "apprise knows no such service, or the address lacks a part: compare it with apprise's page on it",
    }
    assert webhook.keys == ["incident-1-1"]


def test_a_webhook_too_slow_for_the_loop_holds_up_neither_it_nor_others(store: AlertStore, webhook: Webhook) -> None:
    with served(lambda: Webhook(hold=threading.Event())) as slow:
        loop = Loop(store, told(slow.url, webhook.url), seconds=0.3)
        loop.find(bad())
        done = loop.deliver()

        assert done == Delivered(sent=1, failed=1)
        assert webhook.keys == ["incident-1-1"]
        assert [waiting.said for waiting in store.waiting()] == ["it took longer than 0 s"]
        assert slow.hold
        slow.hold.set()
        loop.later(60)

        assert [body["key"] for body in slow.once] == ["incident-1-1"]


def test_severities_go_where_they_are_wanted(store: AlertStore, webhook: Webhook) -> None:
    """Who is told of the grave ones hears of one when it becomes so, and of its end; never of a warning."""
    with served() as pager:
        loop = Loop(store, told(webhook.url, f"critical={pager.url}"))
        loop.find(bad("slight", SLIGHT), bad())
        loop.deliver()
        assert (len(webhook.keys), pager.keys) == (2, [])

        loop.find(bad(severity=CRITICAL))
        loop.deliver()
        loop.find(good(), good("slight", SLIGHT))
        loop.deliver()

        assert len(webhook.keys) == 5
        assert [(body["kind"], body["title"][:10]) for body in pager.accepted] == [
            ("updated", "[critical]"),
            ("closed", "[all clear"),
        ]


def test_warnings_wait_for_the_morning_and_grave_ones_do_not(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told(webhook.url, ORDERS_ALERT_QUIET="22:00-07:00"))
    loop.clock.at = START + 11 * 3600
    loop.find(bad("slight", SLIGHT), bad())
    assert loop.deliver() == Delivered()

    loop.find(bad(severity=CRITICAL))
    assert loop.later(10) == Delivered(sent=2)
    assert [body["kind"] for body in webhook.accepted] == ["opened", "updated"]

    loop.clock.at = START + 19 * 3600
    assert loop.deliver() == Delivered(sent=1)


def test_a_changed_address_gets_what_the_old_one_had_not(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told("json://127.0.0.1:1/x"))
    loop.find(bad())
    loop.deliver()
    loop.settings = told(webhook.url)

    assert loop.later(60) == Delivered(sent=1)
    assert store.waiting() == []


def test_who_is_named_later_is_told_of_what_is_open(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told())
    loop.find(bad("old", OLD), bad())
    loop.find(good("old", OLD))
    assert loop.deliver() == Delivered()
    loop.settings = told(webhook.url)

    assert loop.later(2 * 86_400) == Delivered(sent=1)
    assert [body["title"] for body in webhook.accepted] == ["[warning] Orders do not reach the tables"]


def test_nothing_waits_for_hours_when_the_clock_is_set_back(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told(webhook.url))
    webhook.answers[:] = [500]
    loop.find(bad())
    loop.deliver()

    assert loop.later(-7200) == Delivered(sent=1)


def test_what_is_over_and_delivered_is_forgotten_after_a_season(store: AlertStore, webhook: Webhook) -> None:
    loop = Loop(store, told(webhook.url))
    loop.find(bad(), bad("relay", RELAY))
    loop.find(good())
    loop.deliver()
    loop.later(100 * 86_400)

    with store.engine.connect() as connection:
        counts = [connection.execute(select(func.count()).select_from(table)).scalar() for table in (INCIDENTS, EDGES)]
    assert counts == [1, 1]


def test_a_full_store_says_so_and_what_is_wrong_is_found_again(tmp_path: Path, webhook: Webhook) -> None:
    store = AlertStore(prepared(f"sqlite:///{tmp_path}/full.db"))
    loop = Loop(store, told(webhook.url))
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")
    # a pragma is the connection's: the pool's only one has it
    many = [bad(f"check {number}", said="x" * 200) for number in range(1000)]

    with pytest.raises(EnvironmentFault, match=r"the alert store does not serve \(database or disk is full\): make room"):
        loop.find(*many)
    assert store.open_incidents() == []
    with store.engine.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count = 100000")
    loop.find(*many)

    assert loop.deliver() == Delivered(sent=1)
    store.engine.dispose()


def test_of_two_loops_one_leads_until_it_ends(store: AlertStore) -> None:
    with lead(store.engine) as first, lead(store.engine) as second:
        assert (first, second) == (True, False)
    with lead(store.engine) as third:
        assert third


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_in_the_program_of_one_service_keeps_nothing_from_the_others(store: AlertStore, webhook: Webhook) -> None:
    """What no header can hold: its program raises. The message is kept for when the address is corrected."""
    loop = Loop(store, told(f"{webhook.url}?+X-Shop=\u20ac", webhook.url))
    loop.find(bad())
    done = loop.deliver()

    assert done == Delivered(sent=1, failed=1)
    assert [waiting.said for waiting in store.waiting()] == ["a fault of the program that speaks to this service: the log has it"]
    loop.settings = told(f"{webhook.url}?+X-Shop=e", webhook.url)
    assert loop.later(60) == Delivered(sent=1)
