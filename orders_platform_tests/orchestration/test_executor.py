"""ORDERS_EXECUTOR: what Dagster loads where updates of the pipeline make the tables, beside what it loads for passes."""

import json
import os
import subprocess
import sys
from typing import Any

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.lakehouse.checks import CHECKS, EXPECTATIONS
from orders_platform.orchestration.specs import asset_key
from orders_platform_tests.conftest import ROOT

LOAD = """
import json
from orders_platform.definitions import defs
from orders_platform_tests.orchestration.test_executor import seen
print(json.dumps(seen(defs)))
"""


def seen(definitions: dg.Definitions) -> dict[str, Any]:
    """What a user sees of definitions, by name."""
    graph, repository = definitions.resolve_asset_graph(), definitions.get_repository_def()
    return {
        "assets": sorted(key.to_user_string() for key in graph.get_all_asset_keys()),
        "checks": sorted(f"{key.asset_key.to_user_string()} {key.name}" for key in graph.asset_check_keys),
        "jobs": sorted(job.name for job in repository.get_all_jobs() if not job.name.startswith("__")),
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
        "schedules": sorted(schedule.name for schedule in repository.schedule_defs),
        "full_pass": [node.name for node in definitions.resolve_job_def("full_pass").nodes],
    }


@pytest.fixture(scope="module")
def by_pipeline() -> dict[str, Any]:
    """As a process of its own sees it: the choice is made when the definitions are loaded."""
    env = os.environ | {"ORDERS_EXECUTOR": "pipeline", "ORDERS_PIPELINE": "p-1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", LOAD], env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_same_assets_are_made_by_the_same_job_and_sensor(by_pipeline: dict[str, Any]) -> None:
    by_passes = seen(defs)

    assert by_pipeline["assets"] == by_passes["assets"]
    # the pipeline has no ledger
    assert by_pipeline["sensors"] == [name for name in by_passes["sensors"] if name != "ledger_entries"]
    assert (by_passes["full_pass"], by_pipeline["full_pass"]) == (["lakehouse_tables"], ["pipeline_tables"])


def test_the_checks_are_those_of_the_rules_by_the_same_names(by_pipeline: dict[str, Any]) -> None:
    by_passes, left = set(seen(defs)["checks"]), set(by_pipeline["checks"])

    gone = {f"{asset_key(check.table).to_user_string()} {check.name}" for check in CHECKS if check not in EXPECTATIONS}
    assert left < by_passes
    of_passes = {"gold/daily_sales orders_reconciliation", "gold/daily_sales usual_day", "bronze/order_events same_as_hub"}
    assert by_passes - left == gone | of_passes


def test_what_only_passes_can_do_is_not_offered(by_pipeline: dict[str, Any]) -> None:
    by_passes = seen(defs)

    gone = {what: sorted(set(by_passes[what]) - set(by_pipeline[what])) for what in ("jobs", "schedules")}
    assert gone == {
        "jobs": ["maintenance", "rebuild_days", "release_quarantine", "replay_backup"],
        "schedules": ["nightly_maintenance", "nightly_reconciliation"],
    }
