"""What the events of one update say, added up: how far each flow is, rows, expectations, and what went wrong first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

COMPLETED: Final = "COMPLETED"
_LONGEST_FAULT: Final = 500
Event = Mapping[str, Any]


@dataclass(slots=True)
class Flow:
    """A flow's part in an update.

    Attributes:
        dataset: what it fills; its own name where the events do not say.
    """

    dataset: str
    began: datetime
    ended: datetime
    rows: int = 0
    status: str = ""

    @property
    def is_done(self) -> bool:
        """Whether all that it had to do is in its dataset."""
        return self.status == COMPLETED

    @property
    def seconds(self) -> float:
        """From its first event to its last."""
        return (self.ended - self.began).total_seconds()


@dataclass(slots=True)
class Expectation:
    """How many records met a rule, and how many did not."""

    passed: int = 0
    failed: int = 0


@dataclass(slots=True)
class Story:
    """An update as its events tell it; an event that is read twice counts once.

    Attributes:
        flows: by the flow's name, without catalog and schema.
        fault: what went wrong first, in the pipeline's own words; empty where nothing did.
        state: of the update, as the last event of it says.
    """

    update_id: str
    flows: dict[str, Flow] = field(default_factory=dict)
    expectations: dict[str, Expectation] = field(default_factory=dict)
    fault: str = ""
    state: str = ""
    _heard: set[str] = field(default_factory=set)

    def hear(self, event: Event) -> str:
        """Take an event in; its message, empty where it is another update's, or was heard before."""
        if (event.get("origin") or {}).get("update_id") != self.update_id or event["id"] in self._heard:
            return ""
        self._heard.add(event["id"])
        kind, details = str(event.get("event_type")), _details(event)
        if kind == "flow_progress":
            self._flow(event, details.get(kind, {}))
        if kind == "update_progress":
            self.state = str(details.get(kind, {}).get("state", self.state))
        if event.get("level") == "ERROR" and not self.fault:
            self.fault = _fault(event)
        return str(event.get("message", ""))

    def dataset(self, name: str) -> list[Flow]:
        """The flows that fill a dataset."""
        return [flow for flow in self.flows.values() if flow.dataset == name]

    def _flow(self, event: Event, progress: Mapping[str, Any]) -> None:
        at, origin = datetime.fromisoformat(event["timestamp"]), event["origin"]
        name = _last(origin.get("flow_name") or origin.get("dataset_name") or "")
        flow = self.flows.setdefault(name, Flow(name, at, at))
        flow.dataset = _last(origin.get("dataset_name") or flow.dataset)
        flow.began, flow.ended = min(flow.began, at), max(flow.ended, at)
        flow.status = str(progress.get("status") or flow.status)
        flow.rows += int((progress.get("metrics") or {}).get("num_output_rows") or 0)
        for told in (progress.get("data_quality") or {}).get("expectations") or ():
            rule = self.expectations.setdefault(str(told["name"]), Expectation())
            rule.passed += int(told.get("passed_records") or 0)
            rule.failed += int(told.get("failed_records") or 0)


def _details(event: Event) -> dict[str, Any]:
    """They are an object, or its JSON as in the event log's table."""
    details = event.get("details") or {}
    read: dict[str, Any] = json.loads(details) if isinstance(details, str) else details
    return read


def _fault(event: Event) -> str:
    """The innermost sentence that the event has of its fault."""
    exceptions = (event.get("error") or {}).get("exceptions") or []
    told = next((str(each["message"]) for each in exceptions if each.get("message")), "")
    return (told or str(event.get("message", ""))).strip().partition("\n")[0][:_LONGEST_FAULT]


def _last(name: str) -> str:
    """Of `catalog.schema.table` the last, without back quotes."""
    return name.rpartition(".")[2].strip("`")
