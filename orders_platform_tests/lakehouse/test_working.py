"""In which session a run of the job works: in the cluster's own, never in a client of Spark Connect."""

from pathlib import Path
from typing import cast

import pytest
from pyspark.sql import SparkSession

from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.work import Work
from orders_platform.lakehouse.working import own_session, work_and_tell

# by this variable Spark itself tells that a process is a client
CLIENT = "SPARK_CONNECT_MODE_ENABLED"
SESSION = cast("SparkSession", object())
REFUSED = "let ORDERS_JOB or ORDERS_CLUSTER name a cluster in dedicated access mode"


def test_a_run_on_spark_connect_is_refused_before_it_does_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serverless, or a cluster in standard access mode: there a pass would fail in the middle, in words of Spark."""
    monkeypatch.setenv(CLIENT, "1")

    with pytest.raises(EnvironmentFault, match=REFUSED):
        work_and_tell(Work(mode="maintain", settings={"ORDERS_LAKE": str(tmp_path / "lake")}), {})

    assert list(tmp_path.iterdir()) == []


def test_a_process_that_becomes_a_client_by_its_session_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> SparkSession:
        monkeypatch.setenv(CLIENT, "1")
        return SESSION

    with pytest.raises(EnvironmentFault, match=REFUSED):
        own_session(made)


def test_a_session_of_ones_own_is_taken() -> None:
    assert own_session(lambda: SESSION) is SESSION
