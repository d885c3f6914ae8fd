"""The runbook tried in a whole `up`: a part is broken for real, people are told, and what its section says makes it well.

Messages that are set aside: `test_price_rule_story.py`; the heartbeat: `test_alerts_in_up.py`. A sensor that starts no pass, and
a part that cannot be watched, are broken from inside in `orchestration/alerting`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import requests
from deltalake import DeltaTable

from orders_platform.orchestration.alerting.topics import PROGRESS, RELAY
from orders_platform.orchestration.jobs import REBUILD_JOB_NAME
from orders_platform.orchestration.squad.jobs import RECONCILIATION_JOB_NAME
from orders_platform_tests import invariants
from orders_platform_tests.alerts.webhook import Webhook, served
from orders_platform_tests.local.up_process import PASS_SECONDS, Up, started_up
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.long]
PROMISED_SECONDS = 60
# over by then, whatever the shop's time zone
PLACED = datetime.now(UTC) - timedelta(days=3)
DAY = PLACED.date().isoformat()
RECONCILED, REBUILT = "Check gold.daily_sales orders_reconciliation fails", f"Job {REBUILD_JOB_NAME} fails"


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with served() as webhook:
        yield webhook


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, webhook: Webhook) -> Iterator[Up]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORDERS_ALERT_URLS", webhook.url)
        with started_up(tmp_path_factory.mktemp("home"), "--no-feed") as up:
            yield up


def test_events_that_wait_in_the_outbox_go_out_when_the_relay_runs_again(up: Up, webhook: Webhook) -> None:
    with standing_still(up, "relay"):
        places(up, "first")
        pretend(up, "UPDATE outbox SET created_at = created_at - interval '2 minutes'")
        up.pages.wait(up.launch(RECONCILIATION_JOB_NAME), PASS_SECONDS)

        wait_until(lambda: is_told(webhook, RELAY.title), PROMISED_SECONDS)
        assert "1 events wait, the oldest for" in typed(up, "outbox", "state")

    up.wait_for_gold(1)
    assert "0 events wait" in typed(up, "outbox", "state")
    up.pages.wait(up.launch(RECONCILIATION_JOB_NAME), PASS_SECONDS)
    wait_until(lambda: is_over(webhook, RELAY.title), PROMISED_SECONDS)


def test_days_of_gold_that_differ_from_what_was_accepted_are_made_again(up: Up, webhook: Webhook) -> None:
    pretend(up, "UPDATE orders SET updated_at = updated_at - interval '1 hour'")
    DeltaTable(up.lake / "gold" / "daily_sales").delete(f"order_date = '{DAY}'")

    up.pages.wait(up.launch(RECONCILIATION_JOB_NAME), PASS_SECONDS)

    wait_until(lambda: is_told(webhook, RECONCILED), PROMISED_SECONDS)
    assert up.pages.wait(up.launch(REBUILD_JOB_NAME, first_day=DAY, last_day=DAY), PASS_SECONDS) == "SUCCESS"
    assert [str(row["order_date"]) for row in rows(up.lake, "gold.daily_sales")] == [DAY]
    assert invariants.check_all(up.lake) == []
    up.pages.wait(up.launch(RECONCILIATION_JOB_NAME), PASS_SECONDS)
    wait_until(lambda: is_over(webhook, RECONCILED), PROMISED_SECONDS)


def test_a_job_that_failed_is_over_when_it_was_started_again_and_went_well(up: Up, webhook: Webhook) -> None:
    """Its days were given in the wrong order."""
    wrong = up.launch(REBUILD_JOB_NAME, first_day=DAY, last_day="2000-01-01")

    assert up.pages.wait(wrong, PASS_SECONDS) == "FAILURE"
    wait_until(lambda: is_told(webhook, REBUILT), PROMISED_SECONDS)
    assert up.pages.wait(up.launch(REBUILD_JOB_NAME, first_day=DAY, last_day=DAY), PASS_SECONDS) == "SUCCESS"
    wait_until(lambda: is_over(webhook, REBUILT), PROMISED_SECONDS)


def test_a_hub_that_does_not_answer_is_told_and_nothing_is_lost_when_it_does_again(up: Up, webhook: Webhook) -> None:
    with standing_still(up, "hub"):
        places(up, "second")
        wait_until(lambda: is_told(webhook, PROGRESS.title), 2 * PROMISED_SECONDS)

    up.wait_for_gold(2)
    wait_until(lambda: is_over(webhook, PROGRESS.title), PROMISED_SECONDS)
    assert invariants.check_all(up.lake) == []


@contextmanager
def standing_still(up: Up, word: str) -> Iterator[None]:
    """One of its processes does nothing for the block."""
    part = up.part("orders_platform", word)
    part.suspend()
    try:
        yield
    finally:
        part.resume()


def places(up: Up, order_id: str) -> None:
    """The squad's API accepts an order, of a day that is over."""
    order: dict[str, Any] = {
        "order_id": order_id,
        "kind": "sale",
        "placed_at": PLACED.isoformat(),
        "country": "Brazil",
        "currency": "BRL",
        "lines": [{"product_no": "22384", "product_name": "Lunch Bag", "unit_price_minor": 619, "quantity": 2}],
    }
    answer = requests.post(f"{up.told['squad']['api']}/imports", json=order, headers={"Idempotency-Key": order_id}, timeout=30)
    assert answer.status_code == 201, answer.text


def pretend(up: Up, sql: str) -> None:
    """Let time have gone by in the squad's database."""
    with psycopg.connect(up.told["squad"]["env"]["ORDERS_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.encode())


def typed(up: Up, *words: str) -> str:
    """What a verb says in another terminal."""
    env = os.environ | {"ORDERS_HOME": str(up.home), **up.told["squad"]["env"]}
    command = [sys.executable, "-m", "orders_platform", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60).stdout


def is_told(webhook: Webhook, title: str) -> bool:
    return bool({f"[warning] {title}", f"[critical] {title}"} & {message["title"] for message in webhook.accepted})


def is_over(webhook: Webhook, title: str) -> bool:
    return f"[all clear] {title}" in [message["title"] for message in webhook.accepted]
