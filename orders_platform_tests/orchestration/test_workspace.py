"""`dagster dev -w workspace.yaml` as a newcomer starts it: it loads with nothing configured, and says what is missing."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from orders_platform.local.dagster_home import prepare
from orders_platform.local.dagster_ui import DagsterUI
from orders_platform.local.database import running_database
from orders_platform.local.home import Home
from orders_platform.local.processes import Children, free_port
from orders_platform.orchestration.jobs import JOB_NAME
from orders_platform_tests.browsing import NEEDS_CHROMIUM, a_browser
from orders_platform_tests.local.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.long]
WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"
PAGE = 60_000
SETTINGS = ("ORDERS_HOME", "ORDERS_LAKE", "ORDERS_HUB_NAME", "ORDERS_HUB_CONNECTION", "ORDERS_HUB_NAMESPACE", "ORDERS_HUB_KAFKA")
GRAPH = """
{ assetNodes { assetKey { path } isObservable assetChecksOrError { ... on AssetChecks { checks { name } } } } }"""
TICKS = """
{ repositoriesOrError { ... on RepositoryConnection { nodes {
  sensors { name sensorState { ticks(limit: 50) { status } } }
  schedules { name scheduleState { ticks(limit: 50) { status } } } } } } }"""
FAILURES = """query($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events {
  ... on ExecutionStepFailureEvent { failureMetadata { description } } } } } }"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterUI]:
    """Dagster's own development server over workspace.yaml."""
    home = Home(tmp_path_factory.mktemp("home"))
    port = free_port()
    with running_database(home) as database, pytest.MonkeyPatch.context() as patch, Children(home.logs) as children:
        prepare(home.dagster, database)
        for name in SETTINGS:
            patch.delenv(name, raising=False)
        patch.setenv("DAGSTER_HOME", str(home.dagster))
        server = children.start(
            "dagster", [sys.executable, "-m", "dagster", "dev", "-w", str(WORKSPACE), "-h", "127.0.0.1", "-p", str(port)]
        )
        pages = DagsterUI(port)
        until = time.monotonic() + 300
        while pages.location() is None:
            assert not server.ended, server.fault("did not start")
            assert time.monotonic() < until, server.fault("was not ready")
            time.sleep(0.2)
        yield pages


def test_the_graph_is_there_with_its_checks(pages: DagsterUI) -> None:
    """Hub to gold, as the pages draw it."""
    nodes = {"/".join(node["assetKey"]["path"]): node for node in pages.ask(GRAPH)["assetNodes"]}

    assert {"squad/orders", "hub/orders", "bronze/order_events", "silver/orders", "gold/daily_sales"} <= nodes.keys()
    assert nodes["hub/orders"]["isObservable"]
    assert nodes["gold/daily_sales"]["assetChecksOrError"]["checks"]


def test_no_look_of_a_sensor_fails_before_anything_is_set(pages: DagsterUI) -> None:
    """The daemon makes looks all along; the page of Automation stays free of red."""
    wait_until(lambda: len(_looks(pages).get("hub_backlog", ())) > 1, 120)

    assert {name for name, looks in _looks(pages).items() if "FAILURE" in looks} == set()


def test_a_pass_started_from_the_pages_says_which_settings_are_missing(pages: DagsterUI) -> None:
    """One sentence, not a stack trace, and soon: no JVM is started for it."""
    run_id = pages.launch(JOB_NAME)

    assert pages.wait(run_id, 60) == "FAILURE"
    events = pages.ask(FAILURES, id=run_id)["logsForRun"]["events"]
    [said] = [event["failureMetadata"]["description"] for event in events if event.get("failureMetadata")]
    assert said.startswith("no hub is named: set ORDERS_HUB_NAME")


def _looks(pages: DagsterUI) -> dict[str, list[str]]:
    """How the looks of each sensor and schedule ended."""
    [repository] = pages.ask(TICKS)["repositoriesOrError"]["nodes"]
    states = [(one["name"], one["sensorState"]) for one in repository["sensors"]]
    states += [(one["name"], one["scheduleState"]) for one in repository["schedules"]]
    return {name: [tick["status"] for tick in state["ticks"] if tick["status"] != "STARTED"] for name, state in states}


@NEEDS_CHROMIUM
def test_people_find_a_table_in_the_graph_with_its_checks_and_columns(pages: DagsterUI) -> None:
    with a_browser() as browser:
        page = browser.new_page()
        page.set_default_timeout(PAGE)
        page.goto(f"{pages.address}/asset-groups")
        for layer in ("squad", "hub", "bronze", "silver", "gold"):
            expect(page.get_by_text(layer, exact=True).first).to_be_visible(timeout=PAGE)
        page.goto(f"{pages.address}/assets/gold/daily_sales?view=checks")
        for check in ("agrees_with_events", "orders_reconciliation", "usual_day"):
            expect(page.get_by_text(check).first).to_be_visible(timeout=PAGE)
        page.goto(f"{pages.address}/assets/gold/daily_sales")
        expect(page.get_by_text("net_minor").first).to_be_visible(timeout=PAGE)
