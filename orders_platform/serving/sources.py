"""Which source the settings name; one for all who look."""

from functools import cache
from typing import Final

from orders_platform.errors import SettingsError
from orders_platform.serving.lake_source import LakeSource
from orders_platform.serving.source import Source
from orders_platform.serving.warehouse_source import WarehouseSource
from orders_platform.settings import Settings, is_folder
from orders_platform.workspace import workspace

# a page is looked at: it says that a warehouse does not answer before people leave
_OUTAGE_SECONDS: Final = 60


def source_of(settings: Settings) -> Source:
    """A folder, or a catalog behind a SQL warehouse. Raises SettingsError where a catalog has none, or no workspace is named."""
    if is_folder(settings.lake):
        return _lake_source(settings.lake)
    if settings.warehouse is None:
        raise SettingsError(
            f"{settings.lake} is a Unity Catalog: name by DATABRICKS_WAREHOUSE_ID the SQL warehouse that reads it"
        )
    return _warehouse_source(settings.lake, settings.warehouse)


@cache
def _lake_source(lake: str) -> Source:
    return LakeSource(lake)


@cache
def _warehouse_source(catalog: str, warehouse: str) -> Source:
    return WarehouseSource(workspace(_OUTAGE_SECONDS).statement_execution, warehouse, catalog)
