"""Each job of the bundle, made on a jobs service as the bundle describes it, does its work with the parameters that it gives."""

import json
import os
from typing import Any

import dagster as dg
import pytest

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.orchestration.databricks import continuous_job
from orders_platform.orchestration.sensors.observing import observe
from orders_platform.settings import Settings
from orders_platform_tests import invariants
from orders_platform_tests.deploy.bundle import GIVEN, resolved
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


def test_the_continuous_job_runs_while_the_mode_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is deployed paused for the other mode; the sensor lets it go on, and fills in which hub it reads."""
    client, job_id = place.service.client, _made(place, "orders_continuous")
    monkeypatch.setenv("ORDERS_CONTINUOUS_JOB", str(job_id))
    monkeypatch.setenv("ORDERS_MODE", "continuous")
    settings = Settings.load()
    place.shop.sells(5)

    with dg.DagsterInstance.local_temp() as instance:
        said = [str(observe(instance, settings, None).skip_reason) for _ in range(2)]
    wait_until(lambda: sum(row["orders"] for row in rows(place.lake, "gold.daily_sales")) == 5, PATIENCE_S)
    waits = continuous_job.give_way(client, settings)

    assert f"job {job_id} goes on: what it was paused for is over" in said[0]
    assert f"job {job_id} is " in said[1]
    assert waits == f"job {job_id}, which ran all along, is paused: ORDERS_MODE is backlog"
    wait_until(lambda: not continuous_job.give_way(client, settings), PATIENCE_S)
    client.jobs.delete(job_id)


def _made(place: Place, name: str) -> int:
    """The job on the service; the hub's key, in place of the identity that Azure knows, is in the cluster's environment."""
    described = resolved("dev", **GIVEN, settings=json.dumps(Settings.public()))["resources"]["jobs"][name]
    [task] = described["tasks"]
    task["new_cluster"] = json.loads(os.environ["ORDERS_CLUSTER"])
    # a task has one cluster
    del task["job_cluster_key"]
    answer: Any = place.service.client.api_client.do("POST", "/api/2.2/jobs/create", body=described)
    return int(answer["job_id"])
