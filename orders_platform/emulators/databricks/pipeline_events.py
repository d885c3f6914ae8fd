"""The event log of the pipeline, in the words of the Pipelines API."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from orders_platform.emulators.databricks.clock import Clock

PIPELINE_ID: Final = "local"
PIPELINE_NAME: Final = "orders_platform pipeline (local)"
_COMPLETED: Final = "COMPLETED"


class EventLog:
    """Events of the last updates, oldest first."""

    def __init__(self, clock: Clock) -> None:
        """Nothing has happened yet."""
        self._clock = clock
        self.events: list[dict[str, Any]] = []

    def forget_but(self, update_ids: Iterable[str]) -> None:
        """Keep the events of these updates alone."""
        kept = set(update_ids)
        self.events = [event for event in self.events if event["origin"]["update_id"] in kept]

    def created(self, update_id: str, *, full_refresh: bool) -> None:
        """An update was asked for."""
        details = {"cause": "API_CALL", "full_refresh": full_refresh}
        self._add("create_update", update_id, f"Update {update_id[:6]} started by API call.", details)

    def progress(self, update_id: str, state: str, fault: str = "") -> None:
        """The update is in another state; `fault` says why it failed."""
        self._add("update_progress", update_id, f"Update {update_id[:6]} is {state}.", {"state": state}, fault=fault)

    def flow(self, update_id: str, flow: str) -> None:
        """A flow is done."""
        self._add("flow_progress", update_id, _done(flow), {"status": _COMPLETED}, flow_name=flow)

    def dataset(self, update_id: str, name: str, rows: int) -> None:
        """How many rows a dataset got."""
        details = {"status": _COMPLETED, "metrics": {"num_output_rows": rows}}
        self._add("flow_progress", update_id, _done(name), details, flow_name=name, dataset_name=name)

    def expectations(self, update_id: str, view: str, counts: Mapping[str, Mapping[str, int]]) -> None:
        """How many messages met each rule; a rule that sets a message aside and one that only warns are counted alike."""
        told = [
            {"name": rule, "dataset": view, "passed_records": each["passed"], "failed_records": each["failed"]}
            for rule, each in counts.items()
        ]
        details = {"status": _COMPLETED, "data_quality": {"expectations": told}}
        self._add("flow_progress", update_id, _done(view), details, flow_name=view)

    def _add(
        self, kind: str, update_id: str, message: str, details: Mapping[str, Any], *, fault: str = "", **origin: str
    ) -> None:
        event: dict[str, Any] = {
            "id": str(uuid.uuid1()),
            "timestamp": wire_time(self._clock.now_ms()),
            "level": "ERROR" if fault else "INFO",
            "maturity_level": "STABLE",
            "event_type": kind,
            "message": message,
            "origin": {"pipeline_id": PIPELINE_ID, "pipeline_name": PIPELINE_NAME, "update_id": update_id, **origin},
            "details": {kind: details},
        }
        if fault:
            event["error"] = {"fatal": True, "exceptions": [{"message": fault}]}
        self.events.append(event)


def wire_time(milliseconds: int) -> str:
    """A time as the API writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _done(flow: str) -> str:
    return f"Flow '{flow}' has COMPLETED."
