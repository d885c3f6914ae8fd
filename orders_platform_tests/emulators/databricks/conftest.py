"""The tests here share one service."""

from collections.abc import Iterator

import pytest

from orders_platform_tests.emulators.databricks.service_process import ServiceProcess
from orders_platform_tests.emulators.databricks.shared_service import service

__all__ = ["service"]


@pytest.fixture(autouse=True)
def _no_run_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails leaves no run that would hold a slot of the next one's."""
    yield
    if "service" in request.fixturenames:
        shared: ServiceProcess = request.getfixturevalue("service")
        for run in shared.client.jobs.list_runs(active_only=True):
            shared.client.jobs.cancel_run(run.run_id or 0)
