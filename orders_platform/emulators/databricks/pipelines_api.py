"""The Pipelines API, as far as updates and their events go; there is one pipeline, and nobody makes or removes it."""

import base64
import json
import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from starlette.routing import Route

from orders_platform.emulators.databricks.endpoint import Call, endpoint
from orders_platform.emulators.databricks.errors import InvalidParameter, ResourceMissing
from orders_platform.emulators.databricks.fields import Fields
from orders_platform.emulators.databricks.pipeline import Update
from orders_platform.emulators.databricks.pipeline_events import PIPELINE_ID, PIPELINE_NAME, wire_time
from orders_platform.emulators.databricks.service import Service

_PAGE: Final = 25
_MOST: Final = 250
_SHOWN: Final = 5
_LATEST: Final = "timestamp desc"
_OLDEST: Final = "timestamp asc"
_CONDITION: Final = re.compile(r"(timestamp|level|id)\s*(>=|<=|=|>|<)\s*'([^']*)'")
_SIGNS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge, "<=": operator.le, "=": operator.eq, ">": operator.gt, "<": operator.lt,
}  # fmt: skip


class PipelinesApi:
    """The pipeline of a service."""

    def __init__(self, service: Service) -> None:
        """Serve the pipeline of `service`."""
        self._pipeline = service.pipeline

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/api/2.0/pipelines/{pipeline_id}"
        served: list[tuple[str, Call, str]] = [
            (one, self._get, "GET"),
            (f"{one}/updates", self._start, "POST"),
            (f"{one}/updates/{{update_id}}", self._update, "GET"),
            (f"{one}/stop", self._stop, "POST"),
            (f"{one}/events", self._events, "GET"),
        ]
        return [Route(path, endpoint(_of_the_pipeline(call), method), methods=[method]) for path, call, method in served]

    def _get(self, _: Fields) -> dict[str, Any]:
        return {
            "pipeline_id": PIPELINE_ID,
            "name": PIPELINE_NAME,
            "state": "RUNNING" if self._pipeline.active else "IDLE",
            "latest_updates": [
                {"update_id": update.update_id, "state": update.state, "creation_time": wire_time(update.created_ms)}
                for update in self._pipeline.updates[: -_SHOWN - 1 : -1]
            ],
        }

    def _start(self, body: Fields) -> dict[str, Any]:
        for name in ("refresh_selection", "full_refresh_selection"):
            if body.texts(name):
                raise InvalidParameter(f"{name} is not served on one machine: an update makes all tables")
        return {"update_id": self._pipeline.start(full_refresh=body.flag("full_refresh")).update_id}

    def _update(self, query: Fields) -> dict[str, Any]:
        return {"update": _told(self._pipeline.update(query.need_text("update_id")))}

    def _stop(self, _: Fields) -> dict[str, Any]:
        self._pipeline.stop()
        return {}

    def _events(self, query: Fields) -> dict[str, Any]:
        token = query.text("page_token")
        asked = _read(token) if token else self._asked(query)
        events = [event for event in self._pipeline.log.events[: asked["seen"]] if _meets(event, asked["filter"])]
        if asked["order"] not in {_LATEST, _OLDEST}:
            raise InvalidParameter(f"order_by must be {_LATEST} or {_OLDEST}")
        ordered = events if asked["order"] == _OLDEST else events[::-1]
        begin, size = asked["begin"], min(query.number("max_results") or _PAGE, _MOST)
        page: dict[str, Any] = {"events": ordered[begin : begin + size]}
        if begin + size < len(ordered):
            page["next_page_token"] = _written({**asked, "begin": begin + size})
        return page

    def _asked(self, query: Fields) -> dict[str, Any]:
        """What a first page is of; what comes while its reader turns pages is the next reading's."""
        seen = len(self._pipeline.log.events)
        return {"filter": query.text("filter") or "", "order": query.text("order_by") or _LATEST, "seen": seen, "begin": 0}


def _of_the_pipeline(call: Call) -> Call:
    """The call, where it is about the pipeline that is there."""

    def checked(fields: Fields) -> dict[str, Any]:
        pipeline_id = fields.need_text("pipeline_id")
        if pipeline_id != PIPELINE_ID:
            raise ResourceMissing(f"The specified pipeline {pipeline_id} was not found.")
        return call(fields)

    return checked


def _told(update: Update) -> dict[str, Any]:
    return {
        "pipeline_id": PIPELINE_ID,
        "update_id": update.update_id,
        "state": update.state,
        "cause": "API_CALL",
        "full_refresh": update.full_refresh,
        "creation_time": update.created_ms,
    }


def _meets(event: dict[str, Any], conditions: str) -> bool:
    """Whether an event meets all conditions of a filter."""
    for condition in filter(None, re.split(r"\s+and\s+", conditions.strip(), flags=re.IGNORECASE)):
        found = _CONDITION.fullmatch(condition.strip())
        if found is None:
            raise InvalidParameter(f"filter is not served on one machine: {condition}")
        name, sign, value = found.groups()
        if not _SIGNS[sign](_comparable(name, event[name]), _comparable(name, value)):
            return False
    return True


def _comparable(name: str, value: str) -> object:
    if name != "timestamp":
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError as fault:
        raise InvalidParameter(f"filter has no time: {value}") from fault


def _written(asked: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(asked).encode()).decode()


def _read(token: str) -> dict[str, Any]:
    try:
        asked = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as fault:
        raise InvalidParameter("page_token is none of this service") from fault
    if not isinstance(asked, dict) or asked.keys() != {"filter", "order", "seen", "begin"}:
        raise InvalidParameter("page_token is none of this service")
    return asked
