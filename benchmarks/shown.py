"""How far Dagster's view is behind the job that runs all along: its events beside the ledger that the job writes."""

import time
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse import ledger
from orders_platform.local.dagster_ui import DagsterUI

_READY_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.5
_SHOWN: Final = """
query($path: [String!]!) { assetOrError(assetKey: {path: $path}) { ... on Asset { assetMaterializations {
    timestamp metadataEntries { label ... on TimestampMetadataEntry { value: timestamp } } } } } }"""


def shown_delays(pages: DagsterUI, lake: Path, tables: Sequence[str], *, since: float) -> list[float]:
    """Of each batch that ended after `since`: from its end to Dagster's first event that covers it."""
    return [delay for table in tables for delay in _delays(pages, lake, table, since)]


def _delays(pages: DagsterUI, lake: Path, table: str, since: float) -> list[float]:
    ends = [report.finished_at.timestamp() for report in ledger.read(str(lake)) if report.table == f"gold.{table}"]
    wanted = sorted(end for end in ends if end >= since)
    shown = _until_shown(pages, table, wanted[-1])
    covers = [end for end, _ in shown]
    return [shown[bisect_left(covers, end)][1] - end for end in wanted]


def _until_shown(pages: DagsterUI, table: str, last: float) -> list[tuple[float, float]]:
    """Each event, oldest first: the end of the newest batch that it tells of, and when it was recorded."""
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        told = pages.ask(_SHOWN, path=["gold", table])["assetOrError"]["assetMaterializations"]
        shown = sorted((_finished(event["metadataEntries"]), int(event["timestamp"]) / 1000) for event in told)
        if shown and shown[-1][0] >= last:
            return shown
        time.sleep(_LOOK_SECONDS)
    raise EnvironmentFault(f"Dagster does not show the last batch of gold.{table} within {_READY_SECONDS:.0f} s")


def _finished(entries: Sequence[dict[str, object]]) -> float:
    [value] = [entry["value"] for entry in entries if entry["label"] == "finished_at"]
    return float(str(value))
