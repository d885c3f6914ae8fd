"""A hub with orders, a jobs service with a warm cluster that all tests share, and a lake for each test."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orders_platform.orchestration import faults
from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.on_databricks import databricks_runner
from orders_platform.orchestration.specs import table_key
from orders_platform_tests.emulators.databricks.service_process import ServiceProcess
from orders_platform_tests.emulators.databricks.shared_service import service
from orders_platform_tests.lakehouse.conftest import Shop

__all__ = ["service"]


@dataclass
class Place:
    """A hub, a workspace, a lake: what the environment names while a test runs."""

    shop: Shop
    service: ServiceProcess
    lake: Path

    def passes(self, instance: dg.DagsterInstance | None = None, *tables: str) -> dg.ExecuteInProcessResult:
        """A run over `tables`, or all."""
        picked = [dg.AssetKey(table.split(".")) for table in tables] or None
        return dg.materialize(
            [lakehouse_tables],
            resources={"runner": databricks_runner},
            instance=instance,
            selection=picked,
            raise_on_error=False,
        )

    @property
    def messages(self) -> Path:
        """Where this test's runs report."""
        return Path(self.service.settings["ORDERS_MESSAGES"], self.lake.name)


@pytest.fixture
def place(service: ServiceProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place of the test's own beside the shared service."""
    with placed(service, tmp_path / "shop", service.home / "lakes" / tmp_path.name, monkeypatch) as place:
        yield place


@contextmanager
def placed(service: ServiceProcess, shop: Path, lake: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The environment as `up` and a cluster make it: the hub's key is the cluster's, and travels in no parameter."""
    with Shop(shop).open() as opened:
        assert opened.server
        hub = opened.server.server.client_settings()
        cluster = {
            "spark_version": "17.3.x-scala2.13",
            "num_workers": 0,
            "spark_env_vars": {"ORDERS_HUB_CONNECTION": hub["ORDERS_HUB_CONNECTION"]},
        }
        place = Place(opened, service, lake)
        of_the_test = {
            "ORDERS_LAKE": str(lake),
            "ORDERS_MESSAGES": str(place.messages),
            "ORDERS_CLUSTER": json.dumps(cluster),
            "ORDERS_MODE": "backlog",
        }
        for name, value in (service.settings | hub | of_the_test).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(faults, "RETRY_SECONDS", 0)
        yield place


def built(result: dg.ExecuteInProcessResult) -> list[str]:
    """Tables that a run materialized."""
    return [table_key(event.asset_key) for event in result.get_asset_materialization_events() if event.asset_key]


def metadata(result: dg.ExecuteInProcessResult, table: str) -> dict[str, Any]:
    """What a run said of a table."""
    [event] = [e for e in result.get_asset_materialization_events() if e.asset_key and table_key(e.asset_key) == table]
    values = event.step_materialization_data.materialization.metadata
    return {name: value.value for name, value in values.items()}


def failure(result: dg.ExecuteInProcessResult) -> str:
    """The sentence of a failed step."""
    event = next(e for e in result.all_events if e.is_step_failure)
    said = event.step_failure_data.user_failure_data
    assert said, event.step_failure_data.error
    return str(said.description)
