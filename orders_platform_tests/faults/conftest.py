"""The jobs service that tests share, and a place beside it: see `orchestration/databricks`."""

from orders_platform_tests.emulators.databricks.shared_service import service
from orders_platform_tests.orchestration.databricks.conftest import place

__all__ = ["place", "service"]
