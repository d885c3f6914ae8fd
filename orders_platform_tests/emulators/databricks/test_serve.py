"""`databricks serve`: what it says when it is ready, and when it is refused."""

import os
import subprocess
from pathlib import Path

import pytest

from orders_platform_tests.emulators.databricks.service_process import SERVE, ServiceProcess, message_of, started_service

pytestmark = [pytest.mark.integration]
# a Spark whose Java ends at once: what it says, then what Python says of it
ENDED_JAVA = """
import sys
def session(settings):
    sys.stderr.write('Exception in thread "main" java.lang.Error: there is no such disk\\n\\tat a.Java.class(Java.java:1)\\n')
    raise RuntimeError("[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number.")
"""


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


def test_a_java_that_does_not_start_is_told_in_its_own_words(tmp_path: Path) -> None:
    """They come before many lines of Python, which only say that it is gone."""
    scratch = tmp_path / "databricks" / "scratch"
    scratch.mkdir(parents=True)
    # the folder that a cluster's driver is started in
    (scratch / "ended.py").write_text(ENDED_JAVA)

    with started_service(tmp_path, "--session", "ended:session") as broken:
        said = message_of(broken.ended(broken.submit("say")))

    assert 'Exception in thread "main" java.lang.Error: there is no such disk' in said
    assert "[JAVA_GATEWAY_EXITED]" in said


def test_a_folder_whose_tables_nobody_could_read_is_refused(tmp_path: Path) -> None:
    done = subprocess.run([*SERVE, "--data", str(tmp_path / "C#")], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr.partition(" ")[0]) == (2, "SettingsError:")
    assert not (tmp_path / "C#").exists()
