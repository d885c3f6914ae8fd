"""Production's settings of Dagster: they load, hold nothing secret, and agree with a laptop's."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from dagster._core.instance.config import dagster_instance_config
from dagster._core.instance.ref import InstanceRef

from orders_platform.local.dagster_home import prepare
from orders_platform.local.database import Database

FILE = Path(__file__).parents[2] / "deploy" / "dagster.yaml"
ENVIRONMENT = {
    "DAGSTER_POSTGRES_HOST": "records.example",
    "DAGSTER_POSTGRES_DB": "dagster",
    "DAGSTER_POSTGRES_USER": "dagster",
    "DAGSTER_POSTGRES_PASSWORD": "a-secret",
    "DAGSTER_COMPUTE_LOGS": "logs",
}
# how patient the monitoring is, and how many processes a machine bears, is about the place
AGREED = ("telemetry", "nux", "run_queue", "run_retries", "retention", "sensors")


def test_dagster_takes_every_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that it does not know would be found when the first container starts."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    shutil.copy(FILE, tmp_path)

    ref = InstanceRef.from_dir(str(tmp_path))

    assert ref.storage_data
    assert ref.storage_data.class_name == "DagsterPostgresStorage"
    assert ref.run_launcher_data
    assert ref.run_launcher_data.rehydrate(as_type=object)
    assert ref.compute_logs_data.rehydrate(as_type=object)


def test_nothing_secret_and_no_place_is_written_in_it() -> None:
    """Every one of them comes by the environment."""
    settings = _settings(FILE.parent)

    database = settings["storage"]["postgres"]["postgres_db"]
    named = {database[key]["env"] for key in ("hostname", "db_name", "username", "password")}
    assert named | {settings["compute_logs"]["config"]["base_dir"]["env"]} == set(ENVIRONMENT)


def test_a_laptop_has_the_same_rules(tmp_path: Path) -> None:
    """What a run may do, and what happens when it fails, is tried out before it is deployed."""
    prepare(tmp_path, Database("sockets"))
    local, production = _settings(tmp_path), _settings(FILE.parent)

    assert {name: local[name] for name in AGREED} == {name: production[name] for name in AGREED}
    assert local["concurrency"]["pools"] == production["concurrency"]["pools"]
    patience = {"poll_interval_seconds": 0}
    assert {**local["run_monitoring"], **patience} == {**production["run_monitoring"], **patience}


def _settings(folder: Path) -> Mapping[str, Any]:
    settings, _ = dagster_instance_config(str(folder))
    return settings
