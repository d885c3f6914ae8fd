"""What is asked of a run, read out of the Jobs API's words: one Python task on the one cluster."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from orders_platform.emulators.databricks.cluster import CLUSTER_ID
from orders_platform.emulators.databricks.errors import InvalidParameter
from orders_platform.emulators.databricks.fields import Fields
from orders_platform.emulators.databricks.runs import Request
from orders_platform.emulators.databricks.tasks import PythonTask

_LONGEST_TOKEN: Final = 64
_PLACE: Final = re.compile(r"\{\{\s*job\.parameters\.([\w.-]+)\s*\}\}")
_KINDS: Final = ("python_wheel_task", "spark_python_task")
_OTHER_PARAMETERS: Final = (
    "jar_params", "notebook_params", "python_named_params", "python_params", "spark_submit_params", "sql_params", "dbt_commands",
)  # fmt: skip
# by which of their fields lists in settings are merged when a job is updated
_KEYS: Final = {"tasks": "task_key", "job_clusters": "job_cluster_key", "environments": "environment_key", "parameters": "name"}


def read_submission(body: Fields) -> Request:
    """A run on its own. Raises InvalidParameter where it cannot be run here."""
    return Request(
        job_id=0,
        name=body.text("run_name") or "Untitled",
        task=_only_task(body),
        timeout_seconds=body.number("timeout_seconds") or 0,
        token=_token(body),
    )


def read_settings(body: Fields) -> dict[str, Any]:
    """A job's settings as they came. Raises InvalidParameter where they could never be run here."""
    body.text("name")
    body.number("timeout_seconds")
    body.fields("queue").flag("enabled")
    if body.fields("continuous").text("pause_status") not in {None, "PAUSED", "UNPAUSED"}:
        raise InvalidParameter("continuous.pause_status must be PAUSED or UNPAUSED")
    _defaults(body)
    if body.mappings("tasks"):
        _only_task(body)
    most = body.number("max_concurrent_runs")
    return {"name": "Untitled", "max_concurrent_runs": 1 if most is None else most, "format": "MULTI_TASK", **body.values}


def merged(settings: Mapping[str, Any], body: Fields) -> dict[str, Any]:
    """Settings after an update: a field is replaced, but lists of named things are merged by name."""
    new = {name: _merge(name, settings.get(name), value) for name, value in body.mapping("new_settings").items()}
    removed = set(body.texts("fields_to_remove"))
    return {name: value for name, value in {**settings, **new}.items() if name not in removed}


def read_run_now(job_id: int, settings: Mapping[str, Any], body: Fields) -> Request:
    """A run of a job, with this call's parameters over the job's own."""
    for name in _OTHER_PARAMETERS:
        if body.values.get(name):
            raise InvalidParameter(f"{name} is not served here: use job_parameters")
    given, job = body.text_map("job_parameters"), Fields(settings)
    defaults = _defaults(job)
    values = defaults | given
    request = Request(
        job_id=job_id,
        name=str(settings["name"]),
        task=filled(_only_task(job), values),
        parameters=[{"name": name, "default": defaults.get(name, ""), "value": value} for name, value in values.items()],
        most_at_once=job.number("max_concurrent_runs") or 0,
        waits=(body if body.mapping("queue") else job).fields("queue").flag("enabled"),
        timeout_seconds=job.number("timeout_seconds") or 0,
        token=_token(body),
    )
    return replace(request, most_at_once=1) if is_continuous(settings) else request


def is_continuous(settings: Mapping[str, Any]) -> bool:
    """Whether the job always has a run, or would if it were not paused."""
    return bool(settings.get("continuous"))


def is_on(settings: Mapping[str, Any]) -> bool:
    """Whether the job always has a run."""
    return is_continuous(settings) and settings["continuous"].get("pause_status", "UNPAUSED") == "UNPAUSED"


def task_of(task: Mapping[str, Any]) -> PythonTask:
    """What the driver shall call. Raises InvalidParameter where it is no Python task."""
    fields = Fields(task)
    kind = next((kind for kind in _KINDS if task.get(kind)), None)
    if kind is None:
        raise InvalidParameter(f"a task here is one of {', '.join(_KINDS)}")
    asked = fields.fields(kind)
    if kind == "spark_python_task":
        return PythonTask(None, asked.need_text("python_file"), tuple(asked.texts("parameters")))
    named = tuple(f"--{name}={value}" for name, value in asked.text_map("named_parameters").items())
    return PythonTask(asked.need_text("package_name"), asked.need_text("entry_point"), (*asked.texts("parameters"), *named))


def variables_of(task: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables that the task's new cluster would have."""
    return Fields(task).fields("new_cluster").text_map("spark_env_vars")


def filled(values: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The values with each text's {{job.parameters.NAME}} put in, however deep it stands."""
    return {name: _filled(value, parameters) for name, value in values.items()}


def _filled(value: object, parameters: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _PLACE.sub(lambda found: parameters.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_filled(each, parameters) for each in value]
    return filled(value, parameters) if isinstance(value, dict) else value


def _only_task(body: Fields) -> dict[str, Any]:
    tasks = body.mappings("tasks")
    if len(tasks) != 1:
        raise InvalidParameter(f"a run has exactly one task on one machine, and {len(tasks)} were given")
    [task] = tasks
    fields = Fields(task, "tasks[0].")
    fields.need_text("task_key")
    fields.number("timeout_seconds")
    fields.mappings("libraries")
    task_of(task)
    if variables_of(task).keys() & {""}:
        raise InvalidParameter("spark_env_vars must have names")
    _check_place(fields, body)
    return task


def _check_place(task: Fields, body: Fields) -> None:
    """Refuse a cluster or an environment that is not there."""
    cluster = task.text("existing_cluster_id")
    if cluster not in {None, CLUSTER_ID}:
        raise InvalidParameter(f"Cluster {cluster} does not exist")
    given = [Fields(environment, "environments[].").need_text("environment_key") for environment in body.mappings("environments")]
    environment = task.text("environment_key")
    if environment not in {None, *given}:
        raise InvalidParameter(f"tasks[0].environment_key {environment} is none of the environments given: {given}")


def _defaults(body: Fields) -> dict[str, str]:
    parameters = [Fields(parameter, "parameters[].") for parameter in body.mappings("parameters")]
    return {parameter.need_text("name"): parameter.text("default") or "" for parameter in parameters}


def _token(body: Fields) -> str | None:
    token = body.text("idempotency_token")
    if token and len(token) > _LONGEST_TOKEN:
        raise InvalidParameter(f"idempotency_token must have at most {_LONGEST_TOKEN} characters")
    return token or None


def _merge(name: str, old: object, new: object) -> object:
    key = _KEYS.get(name)
    if key is None or not isinstance(old, list) or not isinstance(new, list):
        return new
    named = [value for value in new if isinstance(value, dict)]
    if len(named) < len(new):
        raise InvalidParameter(f"{name} must be a list of objects")
    replaced = {value.get(key) for value in named}
    return [value for value in old if value.get(key) not in replaced] + named
