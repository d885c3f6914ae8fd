"""Dagster's web server as its own pages use it: is it ready, start a pass, how did it end."""

import json
import time
import urllib.error
import urllib.request
from typing import Any, Final

from orders_platform.errors import EnvironmentFault

_ANSWER_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.2
_LOCATIONS: Final = """
{ workspaceOrError { ... on Workspace { locationEntries {
    name loadStatus
    locationOrLoadError {
      ... on RepositoryLocation { repositories { name } }
      ... on PythonError { message }
    } } } } }"""
_LAUNCH: Final = """
mutation($selector: JobOrPipelineSelector!) {
  launchRun(executionParams: {selector: $selector, runConfigData: {}, mode: "default"}) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  } }"""
_STATUS: Final = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
ENDED: Final = frozenset({"SUCCESS", "FAILURE", "CANCELED"})


class DagsterUI:
    """The web server at one address of this machine."""

    def __init__(self, port: int) -> None:
        """Address the server at `port`; nothing is sent yet."""
        self.address = f"http://127.0.0.1:{port}"

    def location(self) -> tuple[str, str] | None:
        """Names of the loaded code location and its repository; None while it loads or does not answer."""
        try:
            entries = self.ask(_LOCATIONS)["workspaceOrError"]["locationEntries"]
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        if not entries or entries[0]["loadStatus"] != "LOADED":
            return None
        loaded = entries[0]["locationOrLoadError"]
        if "message" in loaded:
            raise EnvironmentFault(f"Dagster could not load the definitions: {loaded['message'].strip().splitlines()[-1]}")
        return str(entries[0]["name"]), str(loaded["repositories"][0]["name"])

    def launch(self, job: str, tables: list[list[str]] | None = None) -> str:
        """Start a run of `job`, or of some of its assets; returns its id."""
        location = self.location()
        if location is None:
            raise EnvironmentFault("Dagster is not ready: wait for its page, then start the pass there")
        selector: dict[str, Any] = {"repositoryLocationName": location[0], "repositoryName": location[1], "jobName": job}
        if tables is not None:
            selector["assetSelection"] = [{"path": path} for path in tables]
        answer = self.ask(_LAUNCH, selector=selector)["launchRun"]
        if answer["__typename"] != "LaunchRunSuccess":
            raise EnvironmentFault(f"Dagster did not start the pass: {answer.get('message', answer['__typename'])}")
        return str(answer["run"]["runId"])

    def status(self, run_id: str) -> str:
        """How far a run is, in Dagster's words."""
        return str(self.ask(_STATUS, id=run_id)["runOrError"]["status"])

    def wait(self, run_id: str, deadline_seconds: float) -> str:
        """Wait for a run to end; its last status, which is none of ENDED where the deadline came first."""
        until = time.monotonic() + deadline_seconds
        status = self.status(run_id)
        while status not in ENDED and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
            status = self.status(run_id)
        return status

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Send a GraphQL query; its data. Raises EnvironmentFault where the server understands it not."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(  # noqa: S310  http on this machine
            f"{self.address}/graphql", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310  as above
            told = json.load(answer)
        if told.get("errors"):
            raise EnvironmentFault(f"Dagster refused a question: {told['errors'][0]['message']}")
        data: dict[str, Any] = told["data"]
        return data
