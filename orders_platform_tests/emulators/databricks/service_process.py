"""`databricks serve` as users start it: a process of its own, and what a client does with it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.jobs import BaseRun, Run, SparkPythonTask, SubmitTask

from orders_platform_tests.local.waiting import is_alive, wait_until

ROOT = Path(__file__).resolve().parents[3]
SERVE = [sys.executable, "-m", "orders_platform", "databricks", "serve"]
TASK = Path(__file__).with_name("task.py")
# a warm-up takes 16 seconds on a quiet machine, and minutes on a very busy one
PATIENCE_S = 300


class ServiceProcess:
    """Serves the folder `home` until stopped or killed. It is up when made; its cluster warms up meanwhile."""

    def __init__(self, home: Path, *options: str) -> None:
        self.home = home
        self._options = options
        self._port = 0
        self.start()

    def start(self) -> None:
        """Start, at the address of the last time, and wait until the API answers."""
        environment = os.environ | {"PYTHONPATH": str(ROOT), "ORDERS_HOME": str(self.home)}
        self._process = subprocess.Popen(
            [*SERVE, "--port", str(self._port), *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env=environment,
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        assert line, self._process.communicate(timeout=PATIENCE_S)
        self.ready: dict[str, Any] = json.loads(line)
        self._port = int(self.ready["databricks"].rpartition(":")[2])
        self.client = client_of(self.settings["DATABRICKS_HOST"], self.settings["DATABRICKS_TOKEN"])

    @property
    def settings(self) -> dict[str, str]:
        """The environment that it printed."""
        return dict(self.ready["env"])

    def descendants(self) -> list[psutil.Process]:
        """Every process that came from it."""
        return psutil.Process(self._process.pid).children(recursive=True)

    @property
    def jvm(self) -> psutil.Process:
        """Its cluster's Spark, which is warm."""
        self.wait_for_warmth()
        [jvm] = [process for process in self.descendants() if process.name() == "java"]
        return jvm

    def stop(self) -> tuple[int, str]:
        """SIGTERM; exit code and stderr."""
        return self._end(self._process.terminate)

    def kill(self) -> None:
        """kill -9, no farewell."""
        self._end(self._process.kill)

    def _end(self, how: Any) -> tuple[int, str]:
        left = self.descendants() if self._process.poll() is None else []
        how()
        _, said = self._process.communicate(timeout=PATIENCE_S)
        wait_until(lambda: not any(is_alive(process.pid) for process in left))
        return self._process.returncode, said

    def submit(self, *words: str, **settings: Any) -> int:
        """Start a run of a verb of `task.py`."""
        return submit(self.client, python_task(*words), **settings)

    def ended(self, run_id: int) -> Run:
        return ended(self.client, run_id)

    def output(self, run: Run) -> str:
        return self.client.jobs.get_run_output(run.tasks[0].run_id or 0).logs or "" if run.tasks else ""

    def said(self, *words: str, **settings: Any) -> list[str]:
        """The words that a run of `task.py` says, which must go well."""
        run = self.ended(self.submit(*words, **settings))
        assert result_of(run) == "SUCCESS", run.state
        return [word for line in self.output(run).splitlines() if line.startswith("[") for word in json.loads(line)]

    def wait_for_warmth(self) -> None:
        """Until runs start at once."""
        wait_until(lambda: self.cluster_state() == "RUNNING", PATIENCE_S)

    def cluster_state(self) -> str:
        state = self.client.clusters.get("local").state
        return state.value if state else ""


@contextmanager
def started_service(home: Path, *options: str) -> Iterator[ServiceProcess]:
    """A service over the folder `home`, killed at the end."""
    service = ServiceProcess(home, *options)
    try:
        yield service
    finally:
        service.kill()


def client_of(host: str, token: str) -> WorkspaceClient:
    """A client with nothing of the environment; a service that is away is told at once."""
    return WorkspaceClient(config=Config(host=host, token=token, auth_type="pat", retry_timeout_seconds=10))


def python_task(*words: str, **settings: Any) -> SubmitTask:
    """A verb of `task.py` as a task."""
    target = {"existing_cluster_id": "local"} | settings
    return SubmitTask(task_key="only", spark_python_task=SparkPythonTask(str(TASK), parameters=list(words)), **target)


def submit(client: WorkspaceClient, *tasks: SubmitTask, **settings: Any) -> int:
    return int(client.jobs.submit(run_name="a test", tasks=list(tasks), **settings).bind()["run_id"])


def life_of(run: Run | BaseRun) -> str:
    return run.state.life_cycle_state.value if run.state and run.state.life_cycle_state else ""


def result_of(run: Run | BaseRun) -> str:
    return run.state.result_state.value if run.state and run.state.result_state else ""


def message_of(run: Run | BaseRun) -> str:
    return (run.state.state_message or "") if run.state else ""


def wait_for_life(client: WorkspaceClient, run_id: int, *states: str) -> Run:
    """The run, as soon as it is in one of the states."""
    wait_until(lambda: life_of(client.jobs.get_run(run_id)) in states, PATIENCE_S)
    return client.jobs.get_run(run_id)


def ended(client: WorkspaceClient, run_id: int) -> Run:
    return wait_for_life(client, run_id, "TERMINATED", "SKIPPED", "INTERNAL_ERROR")
