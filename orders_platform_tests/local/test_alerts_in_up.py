"""The night on which something breaks, in a whole `up`: a bad event is told within a minute, a dead daemon from outside."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from orders_platform.hub.publish import Publisher
from orders_platform_tests.alerts.webhook import Webhook, served
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.local.up_process import Up, started_up
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.long]
LIMIT = 20
PROMISED_SECONDS = 60
# the longest that an answer of the heartbeat takes
ANSWER_SECONDS = 10
MANY = 10_000


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with served() as webhook:
        yield webhook


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, webhook: Webhook) -> Iterator[Up]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORDERS_ALERT_URLS", webhook.url)
        patch.setenv("ORDERS_HEARTBEAT_SECONDS", str(LIMIT))
        with started_up(tmp_path_factory.mktemp("home"), "--no-feed") as up:
            yield up


def test_all_are_alive_soon_after_the_start(up: Up) -> None:
    wait_until(lambda: up.heartbeat()[0] == 200, 120)

    assert {"alerts", "alerting", "hub_backlog", "ledger_entries"} <= set(up.heartbeat()[1]["ages_seconds"])


def test_ten_thousand_bad_events_are_with_people_within_a_minute_and_once(up: Up, webhook: Webhook) -> None:
    up.sells("good", 3)
    up.wait_for_gold(3)
    webhook.clear()
    with Publisher(up.hub) as publisher:
        publisher.publish((f"bad{number}", b"no order") for number in range(MANY))

    wait_until(lambda: "[warning] Messages are set aside" in [body["title"] for body in webhook.accepted], PROMISED_SECONDS)
    assert "check silver.order_events well_formed fails: messages " in webhook.accepted[0]["message"]
    assert up.told["dagster"] in webhook.accepted[0]["message"]
    assert "well_formed" in looked_up(up)
    up.sells("better", 3)
    up.wait_for_gold(6)
    assert len(rows(up.lake, "silver.quarantine", ("sequence_number",))) == MANY
    assert [body["title"] for body in webhook.accepted] == ["[warning] Messages are set aside"]


def test_a_daemon_that_stands_still_is_told_within_the_limit(up: Up) -> None:
    """Dagster cannot say it: nothing of it looks any more."""
    daemon = up.part("dagster._daemon")

    daemon.suspend()
    try:
        wait_until(lambda: {"alerts", "hub_backlog"} <= set(up.heartbeat()[1]["silent"]), PROMISED_SECONDS)
        assert up.heartbeat()[0] == 503
    finally:
        daemon.resume()

    wait_until(lambda: up.heartbeat()[0] == 200, PROMISED_SECONDS)


def test_a_killed_daemon_is_told_within_the_limit(up: Up) -> None:
    """It ends the whole of `up`, its heartbeat with it: the watcher's own one answers badly, and goes on to do so."""
    with heartbeat_of_the_watcher(up) as address:
        assert status_of(address) == 200

        up.part("dagster._daemon").kill()

        wait_until(lambda: status_of(address) == 503, LIMIT + ANSWER_SECONDS)
        assert up.process.wait(PROMISED_SECONDS) == 1
        assert status_of(address) == 503
    assert status_of(up.told["alerts"]["heartbeat"]) is None


@contextmanager
def heartbeat_of_the_watcher(up: Up) -> Iterator[str]:
    """Served by a process that `up` did not start, from the same records."""
    env = os.environ | {"DAGSTER_HOME": str(up.home / "dagster"), **up.told["alerts"]["env"]}
    command = [sys.executable, "-m", "orders_platform", "alerts", "heartbeat", "--port", "0"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield json.loads(next(line for line in process.stdout if line.startswith("{")))["heartbeat"]
        finally:
            process.terminate()


def status_of(address: str) -> int | None:
    """What a heartbeat answers; None where nobody does."""
    try:
        return requests.get(address, timeout=30).status_code
    except requests.ConnectionError:
        return None


def looked_up(up: Up) -> str:
    """What the runbook's own command says of messages that are set aside."""
    [look] = [command for command in Markdown.read("docs/en/alerts.md").inline_commands if " quarantine " in command]
    command = [sys.executable, "-m", "orders_platform", *shlex.split(look)[1:]]
    env = os.environ | {"ORDERS_HOME": str(up.home)}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60).stdout
