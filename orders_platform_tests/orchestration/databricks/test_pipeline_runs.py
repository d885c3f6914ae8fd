"""The job by updates of the real pipeline: Dagster, the local workspace over its sockets, Spark's open source behind it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform_tests.conftest import ROOT
from orders_platform_tests.emulators.databricks.service_process import ServiceProcess, started_service
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.lakehouse.pipelines.parity import of_the_pipeline
from orders_platform_tests.local.waiting import wait_until

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.long]

# The executor is chosen when the definitions are loaded, so a process of its own runs the job.
RUN = """
import json
from orders_platform.definitions import defs
result = defs.resolve_job_def("full_pass").execute_in_process(raise_on_error=False)
rows = {".".join(event.asset_key.path): event.step_materialization_data.materialization.metadata["rows_written"].value
        for event in result.get_asset_materialization_events()}
checks = {check.check_name: [check.passed, check.metadata["messages"].value, check.metadata["passed"].value]
          for check in result.get_asset_check_evaluations()}
print(json.dumps({"success": result.success, "rows": rows, "checks": checks}))
"""
SECONDS = 300


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A hub that the environment names before the workspace starts."""
    with Shop(tmp_path / "shop").open() as shop:
        assert shop.server
        for name, value in shop.server.server.client_settings().items():
            monkeypatch.setenv(name, value)
        yield shop


@pytest.fixture
def service(shop: Shop, tmp_path: Path) -> Iterator[ServiceProcess]:
    home = tmp_path / "home"
    home.mkdir()
    with started_service(home) as service:
        yield service


def run(service: ServiceProcess) -> dict[str, Any]:
    """The job, once; rows of its tables, and of each check: whether it passed, how many messages broke it, how many met it."""
    env = (
        os.environ | service.settings | {"ORDERS_EXECUTOR": "pipeline", "ORDERS_HOME": str(service.home), "PYTHONPATH": str(ROOT)}
    )
    done = subprocess.run([sys.executable, "-c", RUN], env=env, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_job_fills_gold_and_names_the_broken_rule_and_has_nothing_to_say_of_it_the_next_time(
    service: ServiceProcess, shop: Shop
) -> None:
    shop.sells(3)
    shop.publishes([("bad", b"no event")])

    first, second = run(service), run(service)

    assert (first["success"], second["success"]) == (True, True)
    assert list(first["rows"]) == list(BY_KEY)
    assert {table: first["rows"][table] for table in ("bronze.order_events", "silver.orders", "silver.quarantine")} == {
        "bronze.order_events": 4,
        "silver.orders": 3,
        "silver.quarantine": 1,
    }
    assert {name: answer for name, answer in first["checks"].items() if not answer[0]} == {"well_formed": [False, 1, 3]}
    assert first["checks"]["total_matches"] == [True, 0, 4]
    assert len(list(of_the_pipeline(service.home / "pipeline")("gold.daily_sales"))) == 1
    assert (second["rows"]["bronze.order_events"], second["checks"]["well_formed"]) == (0, [True, 0, 0])


def test_an_update_that_is_stopped_midway_leaves_no_process_and_the_next_one_goes_on(service: ServiceProcess, shop: Shop) -> None:
    shop.sells(3)
    pipelines = service.client.pipelines
    service.wait_for_warmth()
    at_rest = len(service.descendants())
    update_id = pipelines.start_update("local").update_id or ""
    wait_until(lambda: any("from_hub" in (each.message or "") for each in pipelines.list_pipeline_events("local")), SECONDS)

    pipelines.stop("local")

    wait_until(lambda: _state(service, update_id) == "CANCELED", SECONDS)
    assert len(service.descendants()) == at_rest
    assert run(service)["success"]
    assert [row["orders"] for row in of_the_pipeline(service.home / "pipeline")("gold.daily_sales")] == [3]


def _state(service: ServiceProcess, update_id: str) -> str:
    update = service.client.pipelines.get_update("local", update_id).update
    return update.state.value if update and update.state else ""
