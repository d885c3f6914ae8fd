"""`databricks serve`: what it says when it is ready, and when it is refused."""

import os
import subprocess
from pathlib import Path

import pytest

from orders_platform_tests.emulators.databricks.service_process import SERVE, ServiceProcess

pytestmark = [pytest.mark.integration]


def test_a_second_service_is_refused_with_one_sentence(service: ServiceProcess, tmp_path: Path) -> None:
    port = service.settings["DATABRICKS_HOST"].rpartition(":")[2]
    environment = os.environ | {"ORDERS_HOME": str(tmp_path)}

    def refusal(*options: str) -> str:
        done = subprocess.run([*SERVE, *options], capture_output=True, text=True, timeout=60, check=False, env=environment)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return " ".join(done.stderr.split())

    assert f"port {port} cannot be listened on" in refusal("--port", port)
    assert "another jobs service uses" in refusal("--data", str(service.home / "databricks"))


def test_the_ready_line_has_all_that_a_client_needs(service: ServiceProcess) -> None:
    token = (service.home / "databricks" / "key").read_text()

    assert service.ready["env"] == {
        "DATABRICKS_HOST": service.ready["databricks"],
        "DATABRICKS_TOKEN": token,
        "DATABRICKS_AUTH_TYPE": "pat",
        "ORDERS_CLUSTER": "local",
        "ORDERS_PIPELINE": "local",
        "ORDERS_MESSAGES": str(service.home / "messages"),
    }
