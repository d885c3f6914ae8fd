"""A pass is terminated by the button of the pages, at whatever point: its job ends with it, and the next pass goes on."""

from collections.abc import Iterator

import pytest

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.orchestration.jobs import JOB_NAME
from orders_platform_tests import invariants
from orders_platform_tests.emulators.databricks.service_process import life_of, result_of
from orders_platform_tests.local.up_process import PASS_SECONDS, Up, started_up
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle import lake as tables

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.faults, pytest.mark.long]
ORDERS = 30
# so late that the pass may be done before it hears of it
NEAR_THE_END = len(BY_KEY) - 2


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The platform in a fresh home, with a first pass behind it."""
    with started_up(tmp_path_factory.mktemp("home"), "--no-feed") as up:
        up.sells("first", ORDERS)
        up.wait_for_gold(ORDERS)
        yield up


def test_one_that_waits_for_its_turn_never_gets_a_job(up: Up) -> None:
    """The run before it has the lake, and is left alone."""
    at_work = start(up, "queued")
    waiting = up.pages.launch(JOB_NAME)
    wait_until(lambda: up.pages.status(waiting) == "QUEUED", PASS_SECONDS)

    up.terminate(waiting)

    assert up.pages.wait(waiting, PASS_SECONDS) == "CANCELED"
    assert up.pages.wait(at_work, PASS_SECONDS) == "SUCCESS"
    assert (up.jobs_of(waiting), up.reported(waiting)) == ([], {})
    assert_the_next_pass_goes_on(up, waiting)


def test_one_whose_cluster_still_starts_ends_before_its_first_table(up: Up) -> None:
    run_id = start(up, "starting")
    up.part("java").kill()
    wait_until(lambda: any(life_of(job) == "PENDING" for job in up.jobs_of(run_id)), PASS_SECONDS)

    up.terminate(run_id)

    assert_cancelled(up, run_id)
    assert up.reported(run_id) == {}
    assert_the_next_pass_goes_on(up, run_id)


@pytest.mark.parametrize("told", [0, 1, 3], ids=["at once", "after bronze", "after silver.order_events"])
def test_one_that_is_at_work_ends_with_what_it_has_told(up: Up, told: int) -> None:
    run_id = start(up, f"{told}-tables-")
    wait_until(lambda: any(up.jobs_of(run_id)) and len(up.reported(run_id)) >= told, PASS_SECONDS)

    up.terminate(run_id)

    assert_cancelled(up, run_id)
    assert told <= len(up.reported(run_id)) < len(BY_KEY)
    assert_the_next_pass_goes_on(up, run_id)


def test_one_that_is_nearly_done_ends_in_one_way_or_the_other(up: Up) -> None:
    run_id = start(up, "late")
    wait_until(lambda: len(up.reported(run_id)) >= NEAR_THE_END, PASS_SECONDS)

    up.terminate(run_id)

    if up.pages.wait(run_id, PASS_SECONDS) == "SUCCESS":
        assert sorted(up.reported(run_id)) == sorted(BY_KEY)
    else:
        assert_cancelled(up, run_id)
    assert_the_next_pass_goes_on(up, run_id)


def start(up: Up, prefix: str) -> str:
    """Sell orders; id of the pass that the sensor starts for them."""
    before = up.newest_run()["runId"]
    up.sells(prefix, ORDERS)
    wait_until(lambda: up.newest_run()["runId"] != before, PASS_SECONDS)
    return str(up.newest_run()["runId"])


def assert_cancelled(up: Up, run_id: str) -> None:
    """Its job has ended by the time that the pages say so."""
    assert up.pages.wait(run_id, PASS_SECONDS) == "CANCELED"
    [job] = up.jobs_of(run_id)
    assert result_of(job) == "CANCELED"


def assert_the_next_pass_goes_on(up: Up, run_id: str) -> None:
    """By itself, to the hub's tail; what the ended run had told is true, and nothing comes after it."""
    told = up.reported(run_id)

    up.wait_for_gold(up.accepted())

    assert up.reported(run_id) == told
    assert [table for table, version in told.items() if version > tables.version(up.lake, table)] == []
    assert invariants.check_all(up.lake) == []
