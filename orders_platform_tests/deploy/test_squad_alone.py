"""The squad's extra alone, in an environment of its own: database, API, load tool and relay run there."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from orders_platform.emulators.eventhubs.config import default_config
from orders_platform.emulators.eventhubs.in_thread import server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.hub.tails import tails
from orders_platform.settings import Settings
from orders_platform_tests.deploy.installed import installed, packages_in

pytestmark = pytest.mark.integration
HEAVY = {"pyspark", "delta_spark", "dagster", "dagster_webserver", "databricks_sdk", "pandas", "pyarrow"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("squad"), "[squad]")


def test_neither_spark_nor_dagster_comes_along(environment: Path) -> None:
    assert HEAVY & packages_in(environment) == set()


def test_what_the_api_accepted_is_in_the_hub(environment: Path, tmp_path: Path) -> None:
    hub = default_config("orders", 4)
    with ExitStack() as parts:
        running = parts.enter_context(
            server_in_thread(ServerOptions(data=tmp_path / "hub", hubs=(hub,), key_name="Root", key="c29tZSBrZXk="))
        )
        env = {"ORDERS_HOME": str(tmp_path / "home"), **running.server.client_settings()}
        env |= parts.enter_context(_serving(environment, env, "database", "serve"))["env"]
        _done(environment, env, "api", "migrate")
        env |= parts.enter_context(_serving(environment, env, "api", "serve"))["env"]
        load = json.loads(_done(environment, env, "load", "--rate", "20", "--seconds", "2", "--ledger", "ledger.jsonl", "--json"))
        waiting = json.loads(_done(environment, env, "outbox", "state", "--json"))["waiting"]
        _done(environment, env, "relay", "--once")

        sent = sum(tail.next for tail in tails(Settings.from_env(env).need_hub()).partitions.values())

    assert sent == waiting >= load["placed"] == 40


@contextmanager
def _serving(environment: Path, env: dict[str, str], *words: str) -> Iterator[dict[str, Any]]:
    """What the program says when it is ready; it runs for the block."""
    command = [str(environment / "bin" / "orders-platform"), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_with(env)) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def _done(environment: Path, env: dict[str, str], *words: str) -> str:
    command = [str(environment / "bin" / "orders-platform"), *words]
    done = subprocess.run(command, capture_output=True, text=True, env=_with(env), check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _with(env: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("ORDERS_", "PYTHON"))} | env
