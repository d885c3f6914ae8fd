"""The roads by which bronze is filled: the hub, the backup's files, both, or a replay; each position is taken once."""

from dataclasses import dataclass, replace

from orders_platform.lakehouse.backup import replay, road
from orders_platform.lakehouse.backup.replay import Replay
from orders_platform.lakehouse.backup.road import BackupSource
from orders_platform.lakehouse.bronze import fill
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.bronze.taking import Taken
from orders_platform.lakehouse.lake import Lake, State
from orders_platform.lakehouse.source import HubSource


@dataclass(frozen=True, slots=True)
class Both:
    """The backup first, then the hub for what the backup lacks."""

    backup: BackupSource
    hub: HubSource


Source = HubSource | BackupSource | Both | Replay


def drain(lake: Lake, source: Source, state: State) -> Taken:
    """Fill bronze up to where its road ends. Raises PassRefused where messages are missing, HubError where a hub is silent."""
    match source:
        case HubSource():
            return fill.drain(lake, source, state)
        case BackupSource():
            return road.drain(lake, source, state)
        case Replay():
            return replay.drain(lake, source, state)
    first = road.drain(lake, replace(source.backup, is_alone=False), state)
    return first.then(fill.drain(lake, source.hub, lake.state(ORDER_EVENTS, known=state)))
