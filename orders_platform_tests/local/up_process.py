"""`up` as users start it: a process of its own, what its pages and its jobs service say, and orders for its hub."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import BaseRun

from orders_platform.hub.publish import Publisher
from orders_platform.hub.tails import tails
from orders_platform.local.dagster_ui import DagsterUI
from orders_platform.settings import HubSettings, Settings
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle.lake import rows

PASS_SECONDS = 600
GUARD = "orders_platform.local.guard"
NEWEST = """
{ runsOrError(limit: 1, filter: {pipelineName: "full_pass"}) { ... on Runs { results { runId status tags { key value } } } } }"""
# as the launchpad of the pages sends it
LAUNCH = """
mutation($selector: JobOrPipelineSelector!, $config: RunConfigData!) {
  launchRun(executionParams: {selector: $selector, runConfigData: $config}) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
# as the button of the pages sends it
TERMINATE = """
mutation($ids: [String!]!) { terminateRuns(runIds: $ids, terminatePolicy: SAFE_TERMINATE) { __typename
  ... on TerminateRunsResult { terminateRunResults { __typename } } } }"""
REPORTED = """
query($id: ID!) { runOrError(runId: $id) { ... on Run { assetMaterializations {
  assetKey { path } metadataEntries { label ... on IntMetadataEntry { intValue } } } } } }"""


@dataclass(frozen=True, slots=True)
class Up:
    """A running `up`, and what it said when it was ready."""

    process: subprocess.Popen[str]
    home: Path
    told: dict[str, Any]

    @property
    def pages(self) -> DagsterUI:
        """Its Dagster."""
        return DagsterUI(int(self.told["dagster"].rpartition(":")[2]))

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    @property
    def workspace(self) -> WorkspaceClient:
        """Its jobs service."""
        settings = self.told["databricks"]["env"]
        return WorkspaceClient(host=settings["DATABRICKS_HOST"], token=settings["DATABRICKS_TOKEN"], auth_type="pat")

    @property
    def hub(self) -> HubSettings:
        """How clients reach its hub."""
        return Settings.from_env(self.told["hub"]["env"]).need_hub()

    def heartbeat(self) -> tuple[int, dict[str, Any]]:
        """What somebody outside is answered: status and body."""
        answer = requests.get(self.told["alerts"]["heartbeat"], timeout=30)
        return answer.status_code, dict(answer.json())

    def sells(self, prefix: str, orders: int) -> None:
        """Send new orders to its hub, as the squad does."""
        with Publisher(self.hub) as publisher:
            publisher.publish((name, body(an_event(name))) for name in (f"{prefix}{place}" for place in range(orders)))

    def accepted(self) -> int:
        """How many orders its hub has taken; each was sent once."""
        return sum(tail.next for tail in tails(self.hub).partitions.values())

    def wait_for_gold(self, orders: int) -> None:
        """Until so many orders are counted, and the last pass has come to its good end."""
        wait_until(lambda: sum(row["orders"] for row in rows(self.lake, "gold.daily_sales")) == orders, PASS_SECONDS)
        wait_until(self._is_idle, PASS_SECONDS)

    def _is_idle(self) -> bool:
        return self.newest_run()["status"] == "SUCCESS" and not any(self.workspace.jobs.list_runs(active_only=True))

    def newest_run(self) -> dict[str, Any]:
        """Dagster's newest run."""
        found = self.pages.ask(NEWEST)["runsOrError"]["results"]
        return dict(found[0]) if found else {"runId": "", "status": "", "tags": []}

    def run_at_work(self) -> str:
        """Id of a pass that the jobs service works on, which begins when there are orders."""
        wait_until(lambda: any(self.workspace.jobs.list_runs(active_only=True)), PASS_SECONDS)
        return str(self.newest_run()["runId"])

    def launch(self, job: str, **config: object) -> str:
        """Start a run as the launchpad does; its id."""
        location, repository = self.pages.location() or ("", "")
        selector = {"repositoryLocationName": location, "repositoryName": repository, "jobName": job}
        answer = self.pages.ask(LAUNCH, selector=selector, config=config)["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def terminate(self, run_id: str) -> None:
        """End a run as the button of the pages does."""
        self.pages.ask(TERMINATE, ids=[run_id])

    def reported(self, run_id: str) -> dict[str, int]:
        """Tables that a run materialized, by the versions that it told."""
        events = self.pages.ask(REPORTED, id=run_id)["runOrError"]["assetMaterializations"]
        return {".".join(event["assetKey"]["path"]): _version(event["metadataEntries"]) for event in events}

    def jobs_of(self, run_id: str) -> list[BaseRun]:
        """The Databricks runs of a Dagster run, newest first."""
        return [run for run in self.workspace.jobs.list_runs() if run_id in (run.run_name or "")]

    def part(self, *words: str) -> psutil.Process:
        """Its process that has all these words in its command; the oldest: one that is just starting another is there twice."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return min((each for each in family if set(words) <= _words_of(each)), key=psutil.Process.create_time)


@contextmanager
def started_up(home: Path, *words: str) -> Iterator[Up]:
    """`up` over a home, killed at the end."""
    with subprocess.Popen(up_command(home, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            assert line, process.communicate(timeout=PASS_SECONDS)
            yield Up(process, home, json.loads(line))
        finally:
            process.kill()


def up_command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "orders_platform", "up", "--json", "--home", str(home), *words]


def _version(entries: list[dict[str, Any]]) -> int:
    return next(int(entry["intValue"]) for entry in entries if entry["label"] == "table_version")


def _words_of(process: psutil.Process) -> set[str]:
    """Name and command; nothing of one that has ended, or of a guard, which has its child's command behind its own."""
    try:
        words = {process.name(), *process.cmdline()}
    except psutil.NoSuchProcess:
        return set()
    return set() if GUARD in words else words
