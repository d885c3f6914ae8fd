"""The night on which something breaks, in a whole `up`: a bad event is told within a minute, a dead daemon from outside."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest

from orders_platform.hub.publish import Publisher
from orders_platform_tests.alerts.webhook import Webhook, served
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.local.up_process import Up, started_up
from orders_platform_tests.local.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.long]
LIMIT = 20
PROMISED_SECONDS = 60


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

    assert {"alerts", "alerting", "hub_backlog", "continuous_job"} <= set(up.heartbeat()[1]["ages_seconds"])


def test_a_bad_event_is_with_people_within_a_minute_and_once(up: Up, webhook: Webhook) -> None:
    up.sells("good", 3)
    up.wait_for_gold(3)
    webhook.clear()
    with Publisher(up.hub) as publisher:
        publisher.publish((f"bad{number}", b"no order") for number in range(500))

    wait_until(lambda: "[warning] Messages are set aside" in [body["title"] for body in webhook.accepted], PROMISED_SECONDS)
    assert any("well_formed fails: messages 500" in body["message"] for body in webhook.accepted)
    assert up.told["dagster"] in webhook.accepted[0]["message"]
    assert "well_formed" in looked_up(up)
    up.sells("better", 3)
    up.wait_for_gold(6)
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


def looked_up(up: Up) -> str:
    """What the runbook's own query says of messages that are set aside."""
    [query] = [command for command in Markdown.read("docs/en/alerts.md").inline_commands if " sql " in command]
    command = [sys.executable, "-m", "orders_platform", *shlex.split(query)[1:]]
    env = os.environ | {"ORDERS_HOME": str(up.home)}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60).stdout
