"""How soon a pass starts by itself: from the hub's word that it has an order to Dagster's that the run is at work."""

import time
from collections.abc import Iterator
from typing import Final

from benchmarks.figures import Figure, Section, median
from benchmarks.orders import History
from benchmarks.running_up import RunningUp, running_up
from benchmarks.workplace import Workplace
from orders_platform.errors import EnvironmentFault

_PASS_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.1
_ORDERS: Final = 10
_NEWEST: Final = (
    '{ runsOrError(limit: 1, filter: {pipelineName: "full_pass"}) { ... on Runs { results { runId status startTime } } } }'
)


def measure(place: Workplace, history: History, runs: int) -> Section:
    """One small batch of orders after another, each when the pass before it is over; the first pass is not counted."""
    with running_up(place, "starting", "backlog") as up, place.step(f"orders into an idle platform, {runs + 1} times"):
        seconds = list(_waits(place, up, history, runs + 1))[1:]
    what = "hub has an order to a run at work, at the sensor's own interval"
    figures = (
        Figure("tail_to_run_seconds", f"{what}, median", "s", median(seconds)),
        Figure("tail_to_run_worst_seconds", f"{what}, worst of {runs}", "s", max(seconds)),
    )
    return Section("starting", figures, {"tail_to_run": seconds})


def _waits(place: Workplace, up: RunningUp, history: History, runs: int) -> Iterator[float]:
    for batch in range(runs):
        before = _newest(up)[0]
        place.send(up.hub, history.new_orders(_ORDERS, 1, batch), what=f"{_ORDERS} orders", total=_ORDERS)
        accepted_at = time.time()
        yield _started_after(up, before) - accepted_at


def _started_after(up: RunningUp, before: str) -> float:
    """When the next run came to work; returns when it is over. Raises EnvironmentFault where none comes, or it fails."""
    until = time.monotonic() + _PASS_SECONDS
    while time.monotonic() < until and not up.process.ended:
        run_id, status, started_at = _newest(up)
        if run_id != before and status == "SUCCESS":
            return started_at
        if run_id != before and status in {"FAILURE", "CANCELED"}:
            raise EnvironmentFault(f"run {run_id} ended as {status}")
        time.sleep(_LOOK_SECONDS)
    raise up.process.fault(f"had no pass in {_PASS_SECONDS:.0f} s")


def _newest(up: RunningUp) -> tuple[str, str, float]:
    found = up.pages.ask(_NEWEST)["runsOrError"]["results"]
    return (found[0]["runId"], found[0]["status"], float(found[0]["startTime"] or 0)) if found else ("", "", 0.0)
