"""A night in a whole `up`, from end to end: a price rule is broken, people are told, the orders are let back in, all is clear."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

import psutil
import pytest
from pyspark.sql import SparkSession

from orders_platform.hub.publish import Publisher
from orders_platform.lakehouse import audit
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.turn import own_turn
from orders_platform.local.dagster_ui import ENDED
from orders_platform.orchestration.alerting.topics import PROGRESS, QUARANTINE
from orders_platform.orchestration.jobs import RELEASE_JOB_NAME
from orders_platform_tests import invariants
from orders_platform_tests.alerts.webhook import Webhook, served
from orders_platform_tests.builders import Json, an_event, body, with_data
from orders_platform_tests.local.up_process import PASS_SECONDS, Up, started_up
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.long]
PROMISED_SECONDS = 60
CLEAR_SECONDS = QUARANTINE.settle_seconds + PROMISED_SECONDS
OPENED, CLEAR = "[warning] Messages are set aside", "[all clear] Messages are set aside"
# of an order whose first version is set aside, and whose second one came
GAP_OPENED, GAP_CLEAR = (f"[{head}] Check silver.orders version_gaps fails" for head in ("warning", "all clear"))
GOOD = [an_event(f"good{number}") for number in range(5)]
# what the squad meant, and what its fault made of it
MEANT = [an_event(f"cheap{number}", lines=(("MUG", 700, number + 1), ("BAG", 1500, 1))) for number in range(20)]
WRONG = [with_data(event, total_minor=event["data"]["total_minor"] - 1) for event in MEANT]
LATER = [an_event("cheap0", version=2, status="paid"), an_event("good0", version=2, status="paid")]


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


def test_a_price_rule_is_broken_told_repaired_and_over(
    up: Up, webhook: Webhook, record_testsuite_property: Callable[[str, object], None]
) -> None:
    publish(up, GOOD)
    up.wait_for_gold(len(GOOD))
    assert invariants.i1_accepted_in_gold(up.lake, map(body, GOOD)) == []

    publish(up, WRONG)

    wait_until(lambda: OPENED in titles(webhook), PROMISED_SECONDS)
    up.wait_for_gold(len(GOOD))
    [alert] = webhook.once
    accepted = min(row["enqueued_at"] for row in waiting(up))
    seconds = (webhook.arrivals[alert["key"]] - accepted).total_seconds()
    record_testsuite_property("seconds from the hub to the webhook", seconds)
    assert 0 < seconds <= PROMISED_SECONDS
    assert "check silver.order_events total_matches fails" in alert["message"]
    assert "docs/en/alerts.md#quarantine" in alert["message"]
    assert "cheap" not in alert["message"]
    assert {tuple(row["reasons"]) for row in waiting(up)} == {("total_matches",)}
    assert verb(up, "list")["counts"] == {"total_matches": len(WRONG)}

    # the order's next version does not wait for its first
    publish(up, LATER)
    up.wait_for_gold(len(GOOD) + 1)
    run_id = up.launch(RELEASE_JOB_NAME, why="wrong totals", reasons=["total_matches"], repairs=["total_from_lines"])

    assert up.pages.wait(run_id, PASS_SECONDS) == "SUCCESS"
    assert waiting(up) == []
    assert invariants.i1_accepted_in_gold(up.lake, map(body, (*GOOD, *MEANT, *LATER))) == []
    assert invariants.check_all(up.lake) == []
    [told] = [entry for entry in audit.read(str(up.lake)) if entry.action == "release"]
    assert (told.who, told.why, told.outcome) == (f"Dagster run {run_id}", "wrong totals", audit.DONE)

    wait_until(lambda: {CLEAR, GAP_CLEAR} <= set(titles(webhook)), CLEAR_SECONDS)
    assert titles(webhook)[:2] == [OPENED, GAP_OPENED]
    assert sorted(titles(webhook)[2:]) == sorted([CLEAR, GAP_CLEAR])
    [clear] = [message for message in webhook.once if message["title"] == CLEAR]
    assert clear["key"] == alert["key"].replace("-1", "-2")


def test_a_release_from_the_command_line_beside_it_is_as_good(up: Up, webhook: Webhook) -> None:
    """Passes go on meanwhile: each waits for the other's turn."""
    more = [an_event(f"more{number}") for number in range(3)]
    before = up.accepted()
    publish(up, [with_data(more[0], total_minor=7)])
    wait_until(lambda: len(waiting(up)) == 1, PASS_SECONDS)

    publish(up, more[1:])
    done = verb(up, "release", "--reason", "total_matches", "--repair", "total_from_lines", "--why", "by hand")

    assert (done["selected"], done["let_in"], done["refused"]) == (1, 1, 0)
    wait_until(lambda: up.accepted() == before + len(more), PASS_SECONDS)
    up.wait_for_gold(len(GOOD) + len(MEANT) + len(more))
    assert invariants.i1_accepted_in_gold(up.lake, map(body, (*GOOD, *MEANT, *LATER, *more))) == []
    assert invariants.check_all(up.lake) == []


def test_a_pass_waits_for_whoever_works_on_the_lake_by_hand(up: Up, webhook: Webhook) -> None:
    """So that a release from a command line makes no pass fail, and alarms nobody."""
    webhook.clear()
    orders = sum(row["orders"] for row in rows(up.lake, "gold.daily_sales"))
    with own_turn(Lake(cast("SparkSession", None), str(up.lake))):
        publish(up, [an_event("waits")])
        run_id = up.run_at_work()
        wait_until(lambda: looks_at_the_lock(up) or up.pages.status(run_id) in ENDED, PASS_SECONDS)

    assert up.pages.wait(run_id, PASS_SECONDS) == "SUCCESS"
    up.wait_for_gold(orders + 1)
    assert not [title for title in titles(webhook) if PROGRESS.title in title]


def looks_at_the_lock(up: Up) -> bool:
    """Whether somebody of `up` has it open, as who waits for a turn does."""
    family = psutil.Process(up.process.pid).children(recursive=True)
    return any(file.path.endswith("_pass.lock") for each in family for file in open_files(each))


def open_files(process: psutil.Process) -> list[Any]:
    try:
        return process.open_files()
    except psutil.NoSuchProcess:
        return []


def publish(up: Up, events: list[Json]) -> None:
    with Publisher(up.hub) as publisher:
        publisher.publish((event["subject"], body(event)) for event in events)


def titles(webhook: Webhook) -> list[str]:
    return [message["title"] for message in webhook.once]


def waiting(up: Up) -> list[dict[str, Any]]:
    """What is set aside, and was not let back in."""
    return [row for row in rows(up.lake, "silver.quarantine") if row["released_at"] is None]


def verb(up: Up, *words: str) -> dict[str, Any]:
    """What a verb of the quarantine says, typed in another terminal."""
    command = [sys.executable, "-m", "orders_platform", "quarantine", *words, "--json"]
    env = os.environ | {"ORDERS_HOME": str(up.home)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=PASS_SECONDS)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))
