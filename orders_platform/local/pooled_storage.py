"""Dagster's records in PostgreSQL over connections that stay open; `dagster.yaml` names it.

By itself Dagster makes a connection for each question, some four for an event; here that is half the time of writing a pass's
events. Only its web server keeps them, by the same switch as here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Self

from dagster_postgres import DagsterPostgresStorage

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

_STATEMENT_MILLISECONDS: Final = 60_000
_RECYCLE_SECONDS: Final = 3600
# beyond the one that stays open
_MORE_CONNECTIONS: Final = 20


class PooledPostgresStorage(DagsterPostgresStorage):
    """A storage that keeps a connection open for each kind of record."""

    @classmethod
    def from_config_value(cls, inst_data: "ConfigurableClassData | None", config_value: Mapping[str, Any]) -> Self:
        """As Dagster makes one."""
        storage = cls(config_value["postgres_url"], inst_data=inst_data)
        for records in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
            records.optimize_for_webserver(_STATEMENT_MILLISECONDS, _RECYCLE_SECONDS, _MORE_CONNECTIONS)
        return storage
