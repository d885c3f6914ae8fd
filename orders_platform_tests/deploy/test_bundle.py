"""The asset bundle: every job as Databricks' own library reads it, no secret in it, in step with the code."""

import json
import re
from typing import Any

import pytest
from databricks.bundles.jobs import Job
from databricks.bundles.pipelines import Pipeline
from databricks.bundles.schemas import Schema
from databricks.bundles.volumes import Volume

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.pipelines.tables import SETTINGS
from orders_platform.lakehouse.work import PARAMETERS
from orders_platform.orchestration.databricks.submission import ENTRY_POINT, PACKAGE
from orders_platform.settings import Settings
from orders_platform_tests.deploy.bundle import FILE, GIVEN, read, resolved
from orders_platform_tests.lakehouse.pipelines.graph import DEFINITION

TARGETS = sorted(read()["targets"])
SCHEMAS = {table.layer for table in TABLES} | {"ops", "pipeline"}
JOBS = sorted(read()["resources"]["jobs"])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("job", JOBS)
def test_every_job_is_one_that_databricks_understands(target: str, job: str) -> None:
    """Its own library refuses a field that it does not know, or a value of another kind."""
    described = _job(target, job)

    assert Job.from_dict(described).as_dict()["tasks"]


@pytest.mark.parametrize("target", TARGETS)
def test_schemas_and_volumes_are_understood_and_hold_all_tables(target: str) -> None:
    resources = resolved(target, **GIVEN)["resources"]

    assert {Schema.from_dict(one).name for one in resources["schemas"].values()} == SCHEMAS
    assert [Volume.from_dict(one).name for one in resources["volumes"].values()] == ["files"]


def test_target_dev_keeps_the_schemas_names() -> None:
    """Development mode puts the developer's name before each, and the code writes to `<catalog>.bronze`."""
    assert read()["targets"]["dev"]["mode"] == "development"
    assert read()["experimental"] == {"skip_name_prefix_for_schema": True}


@pytest.mark.parametrize(("target", "asked"), [("dev", "dagster, warehouse"), ("prod", "dagster, runner, warehouse")])
def test_whoever_deploys_is_asked_for_principals_alone(target: str, asked: str) -> None:
    """Only they know them; all else has a value, so that a first `bundle validate` needs little."""
    with pytest.raises(ValueError, match=f"target {target} gives no value to {asked}$"):
        resolved(target)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_has_a_cluster_in_dedicated_mode(job: str) -> None:
    """Serverless, and a cluster in standard mode, have Spark Connect, which a pass refuses."""
    described = _job("prod", job)
    [task], [cluster] = described["tasks"], described["job_clusters"]

    assert task["job_cluster_key"] == cluster["job_cluster_key"]
    assert cluster["new_cluster"]["data_security_mode"] == "SINGLE_USER"
    assert task["libraries"] == [{"whl": "../dist/*.whl"}]
    assert "environment_key" not in task


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("job", JOBS)
def test_dagster_may_change_a_job_and_operators_may_run_it(target: str, job: str) -> None:
    """Dagster pauses the continuous job, lets it go on, and tells it of the hub: each is a change of its settings."""
    may = {each.get("service_principal_name") or each["group_name"]: each["level"] for each in _job(target, job)["permissions"]}

    assert may == {GIVEN["dagster"]: "CAN_MANAGE", "orders-operators": "CAN_MANAGE_RUN"}


def test_production_runs_as_a_principal_that_is_known_by_its_application_id() -> None:
    assert resolved("prod", **GIVEN)["targets"]["prod"]["run_as"] == {"service_principal_name": GIVEN["runner"]}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_calls_the_wheel_with_parameters_that_it_declares_and_the_code_knows(job: str) -> None:
    described = _job("dev", job)
    [task] = described["tasks"]
    wheel = task["python_wheel_task"]

    declared = {each["name"] for each in described["parameters"]}
    handed = re.findall(r"--(\w+)=\{\{job\.parameters\.(\w+)\}\}", " ".join(wheel["parameters"]))

    assert (wheel["package_name"], wheel["entry_point"]) == (PACKAGE, ENTRY_POINT)
    assert sorted(handed) == sorted((name, name) for name in declared)
    assert len(wheel["parameters"]) == len(declared)
    assert declared <= set(PARAMETERS)


def test_the_pass_takes_every_parameter() -> None:
    """Dagster may ask it for anything."""
    assert {each["name"] for each in _job("dev", "orders_pass")["parameters"]} == set(PARAMETERS)


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_run_is_told_are_settings_that_hold(target: str) -> None:
    """A namespace with an identity, a catalog, the target as the environment."""
    told = json.loads(next(each["default"] for each in _job(target, "orders_pass")["parameters"] if each["name"] == "settings"))

    settings = Settings.from_env(told)

    assert settings.environment == target
    assert settings.lake == f"orders_{target}"
    assert settings.need_hub().credential


@pytest.mark.parametrize("target", TARGETS)
def test_the_pipeline_runs_the_shipped_definition_with_the_wheel_in_a_schema_of_its_own(target: str) -> None:
    described = resolved(target, **GIVEN)["resources"]["pipelines"]["orders_pipeline"]

    pipeline: Any = Pipeline.from_dict(described).as_dict()

    assert (pipeline["catalog"], pipeline["schema"]) == (f"orders_{target}", "pipeline")
    [library] = pipeline["libraries"]
    definition = (FILE.parent / library["file"]["path"]).resolve()
    assert definition == DEFINITION
    assert any(definition.is_relative_to((FILE.parent / path).resolve()) for path in read()["sync"]["paths"])
    assert pipeline["environment"]["dependencies"] == ["../dist/*.whl"]


@pytest.mark.parametrize("target", TARGETS)
def test_the_pipeline_is_told_the_settings_of_the_jobs_and_dagster_may_start_it(target: str) -> None:
    described = resolved(target, **GIVEN)["resources"]["pipelines"]["orders_pipeline"]

    told = Settings.from_env(json.loads(described["configuration"][SETTINGS]))

    assert (told.environment, told.lake) == (target, f"orders_{target}")
    may = {each.get("service_principal_name") or each["group_name"]: each["level"] for each in described["permissions"]}
    assert may == {GIVEN["dagster"]: "CAN_RUN", "orders-operators": "CAN_RUN"}


def test_no_job_writes_beside_itself() -> None:
    assert {_job("prod", job)["max_concurrent_runs"] for job in JOBS} == {1}


def test_nothing_secret_is_in_it() -> None:
    """A key, a token or a connection string would be in every clone."""
    secret = r"SharedAccessKey|AccountKey|dapi[0-9a-f]{8}|(secret|password|token)\w*\s*[:=]"

    assert not re.search(secret, FILE.read_text(), re.IGNORECASE)


def _job(target: str, name: str) -> Any:
    described: Any = resolved(target, **GIVEN)["resources"]["jobs"][name]
    return described
