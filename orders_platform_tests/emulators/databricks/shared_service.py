"""One service with a warm cluster for all tests that need one; a cluster takes 16 seconds to warm up."""

from collections.abc import Iterator

import pytest

from orders_platform_tests.emulators.databricks.service_process import ServiceProcess, started_service

_RUNNING = pytest.StashKey[ServiceProcess]()


@pytest.fixture(scope="session")
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """The one that runs already, since other folders import this fixture; or a new one."""
    stash = request.config.stash
    if _RUNNING in stash:
        yield stash[_RUNNING]
        return
    with started_service(tmp_path_factory.mktemp("workspace"), "--grace", "1") as running:
        stash[_RUNNING] = running
        yield running
