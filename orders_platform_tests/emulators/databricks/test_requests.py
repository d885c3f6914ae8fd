"""Requests that no honest client sends: each gets a sentence, none a 500."""

import json
from typing import Any

import pytest
import requests

from orders_platform_tests.emulators.databricks.service_process import TASK, ServiceProcess, client_of

pytestmark = [pytest.mark.integration]

TOKEN_HEAD = "Authorization"
A_TASK = {"task_key": "only", "spark_python_task": {"python_file": str(TASK)}}
POISON = [
    b"",
    b"{",
    b"[]",
    b'"text"',
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"tasks": NaN}',
    b'{"job_id": "one", "run_id": [], "tasks": {}}',
    b'{"job_id": 1e400, "run_id": -1, "tasks": [1]}',
    b'{"job_id": true, "run_id": 99999999999999999999999999, "tasks": "many"}',
    b'{"job_id": {}, "run_id": {}}',
    b'{"tasks": [{"task_key": "\\ud800", "spark_python_task": {"python_file": "x"}}]}',
    json.dumps({"tasks": [A_TASK | {"spark_python_task": {"python_file": 7}}]}).encode(),
    json.dumps({"tasks": [A_TASK | {"spark_python_task": {"python_file": "x", "parameters": [1]}}]}).encode(),
    json.dumps({"tasks": [A_TASK | {"new_cluster": {"spark_env_vars": {"A": 1}}}]}).encode(),
    json.dumps({"tasks": [A_TASK], "idempotency_token": "x" * 65}).encode(),
    json.dumps({"tasks": [A_TASK], "timeout_seconds": "soon"}).encode(),
]
CALLS = ["create", "update", "reset", "delete", "run-now", "runs/submit", "runs/cancel", "runs/cancel-all"]


def ask(service: ServiceProcess, method: str, path: str, **more: Any) -> requests.Response:
    head = {TOKEN_HEAD: f"Bearer {service.settings['DATABRICKS_TOKEN']}"}
    return requests.request(method, f"{service.settings['DATABRICKS_HOST']}{path}", headers=head, timeout=30, **more)


@pytest.mark.parametrize("call", CALLS)
def test_a_poisoned_body_is_refused_with_a_sentence(service: ServiceProcess, call: str) -> None:
    settings = [
        b'{"name": 1}',
        b'{"max_concurrent_runs": -1}',
        b'{"continuous": {"pause_status": "MAYBE"}}',
        b'{"parameters": [{}]}',
    ]
    for body in [*POISON, *(settings if call == "create" else [])]:
        answer = ask(service, "POST", f"/api/2.2/jobs/{call}", data=body)

        assert answer.status_code < 500, (body[:80], answer.text)
        if answer.status_code != 200:
            assert answer.json()["message"], body[:80]
        assert answer.status_code == 400 or call == "create", (body[:80], answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/api/2.2/jobs/get?job_id=x",
        "/api/2.2/jobs/get",
        "/api/2.2/jobs/list?limit=1000000",
        "/api/2.2/jobs/list?page_token=%00",
        "/api/2.2/jobs/runs/get?run_id=-1",
        "/api/2.2/jobs/runs/get?run_id=99999999999999999999999999",
        "/api/2.2/jobs/runs/list?active_only=maybe",
        "/api/2.2/jobs/runs/list?active_only=true&completed_only=true",
        "/api/2.2/jobs/runs/get-output?run_id=%F0%9F",
        "/api/2.1/clusters/get?cluster_id=other",
        "/api/2.0/fs/files/%00",
    ],
)
def test_a_poisoned_query_is_refused_with_a_sentence(service: ServiceProcess, path: str) -> None:
    answer = ask(service, "GET", path)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"


def test_a_name_too_long_for_the_disk_is_refused(service: ServiceProcess) -> None:
    answer = ask(service, "PUT", f"/api/2.0/fs/files{service.home}/{'x' * 300}", data=b"")

    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


def test_what_is_not_served_is_named(service: ServiceProcess) -> None:
    answer = ask(service, "GET", "/api/2.0/sql/warehouses")

    assert answer.status_code == 404
    assert answer.json() == {
        "error_code": "ENDPOINT_NOT_FOUND",
        "message": "not served on one machine: GET /api/2.0/sql/warehouses",
    }


@pytest.mark.parametrize(("head", "status"), [({}, 401), ({TOKEN_HEAD: "Basic eDp5"}, 401), ({TOKEN_HEAD: "Bearer wrong"}, 403)])
def test_who_bears_no_token_is_refused(service: ServiceProcess, head: dict[str, str], status: int) -> None:
    for path in ("/api/2.2/jobs/list", f"/api/2.0/fs/files{service.home}/x", "/api/2.0/unknown"):
        answer = requests.get(f"{service.settings['DATABRICKS_HOST']}{path}", headers=head, timeout=10)

        assert answer.status_code == status, path


def test_a_foreign_name_for_this_machine_is_refused(service: ServiceProcess) -> None:
    answer = requests.get(f"{service.settings['DATABRICKS_HOST']}/run/1", headers={"Host": "shop.example"}, timeout=10)

    assert answer.status_code == 400


def test_other_ways_of_parameters_are_refused(service: ServiceProcess) -> None:
    from databricks.sdk.errors import InvalidParameterValue
    from databricks.sdk.service.jobs import Task

    client = client_of(service.settings["DATABRICKS_HOST"], service.settings["DATABRICKS_TOKEN"])
    job_id = client.jobs.create(name="a job", tasks=[Task.from_dict(A_TASK)]).job_id or 0

    with pytest.raises(InvalidParameterValue, match="use job_parameters"):
        client.jobs.run_now(job_id, python_params=["x"])
    client.jobs.delete(job_id)
