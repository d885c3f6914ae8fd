"""Each job of the bundle, made on a jobs service as the bundle describes it, does its work with the parameters that it gives."""

import json
import os
from typing import Any

import pytest
from databricks.sdk.service.jobs import Continuous, JobSettings, PauseStatus

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.databricks import continuous_job
from orders_platform.orchestration.databricks.runner import as_seen_now
from orders_platform.settings import Settings
from orders_platform_tests import invariants
from orders_platform_tests.deploy.bundle import resolved
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle.lake import rows
from orders_platform_tests.orchestration.databricks.conftest import Place, built

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.long]
PATIENCE_S = 120


def test_the_pass_is_run_by_dagster_by_its_number(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An existing job, to which Dagster gives the tables, the hub's tails and the way back to itself."""
    job_id = _made(place, "orders_pass")
    monkeypatch.setenv("ORDERS_JOB", str(job_id))
    monkeypatch.setenv("ORDERS_CLUSTER", "")
    place.shop.sells(5)

    result = place.passes()

    assert result.success
    assert sorted(built(result)) == sorted(BY_KEY)
    assert [run.job_id for run in place.service.client.jobs.list_runs(job_id=job_id)] == [job_id]
    assert invariants.check_all(place.lake) == []


def test_the_continuous_job_runs_when_it_is_unpaused_and_told_of_the_hub(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is deployed paused; the sensor fills in which hub it reads."""
    client = place.service.client
    job_id = _made(place, "orders_continuous")
    monkeypatch.setenv("ORDERS_JOB", str(job_id))
    monkeypatch.setenv("ORDERS_CLUSTER", "")
    place.shop.sells(5)
    work = as_seen_now(Work(mode="continuous"), Settings.load())

    client.jobs.update(job_id, new_settings=JobSettings(continuous=Continuous(pause_status=PauseStatus.UNPAUSED)))
    said = continuous_job.keep_up(client, client.jobs.get(job_id), work)

    assert said == f"job {job_id} starts anew: its hub has changed"
    wait_until(lambda: sum(row["orders"] for row in rows(place.lake, "gold.daily_sales")) == 5, PATIENCE_S)
    client.jobs.delete(job_id)
    wait_until(lambda: not any(run.job_id == job_id for run in client.jobs.list_runs(active_only=True)), PATIENCE_S)


def _made(place: Place, name: str) -> int:
    """The job on the service; the hub's key, in place of the identity that Azure knows, is in the cluster's environment."""
    described = resolved("dev", settings=json.dumps(Settings.public()))["resources"]["jobs"][name]
    [task] = described["tasks"]
    task["new_cluster"] = json.loads(os.environ["ORDERS_CLUSTER"])
    answer: Any = place.service.client.api_client.do("POST", "/api/2.2/jobs/create", body=described)
    return int(answer["job_id"])
