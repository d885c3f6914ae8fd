"""The jobs service and the hub that the bundle's jobs run against."""

from orders_platform_tests.orchestration.databricks.conftest import place, service

__all__ = ["place", "service"]
