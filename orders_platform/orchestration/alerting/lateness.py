"""Whether tables are late by the trading hours, and whether messages wait in the hub."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import dagster as dg

from orders_platform.alerts.message import span
from orders_platform.alerts.signal import Severity, Signal, State
from orders_platform.errors import HubError
from orders_platform.hub.tails import HubTails, tails
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.report import Positions
from orders_platform.orchestration.alerting.topics import PROGRESS
from orders_platform.orchestration.freshness import LIVE, late_since
from orders_platform.orchestration.records import committed_positions
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import HubSettings
from orders_platform.trading import TradingHours

# longer than passes that go well leave it waiting
WAIT_SECONDS: Final = 600.0
# of the hub's retention: then there is time left to repair
AT_RISK: Final = 0.25
_HUB_SECONDS: Final = 8.0
BRONZE: Final = "bronze.order_events"
_HUB: Final = "hub"


def filled_times(instance: dg.DagsterInstance) -> dict[str, float]:
    """When each table was filled last, by its name; one that never was is not among them."""
    records = instance.get_asset_records([asset_key(table) for table in BY_KEY])
    told = {".".join(record.asset_entry.asset_key.path): record.asset_entry.last_materialization for record in records}
    return {table: event.timestamp for table, event in told.items() if event}


def late_signals(filled: Mapping[str, float], now: datetime, trading: TradingHours, *, has_watched: bool) -> Iterator[Signal]:
    """A signal a table that was ever filled; where nobody `has_watched` until just now, passes get time to catch up first."""
    for table, at in filled.items():
        late = late_since(table, datetime.fromtimestamp(at, now.tzinfo), now, trading)
        state = State.GOOD if late is None else State.BAD if has_watched else State.UNKNOWN
        yield Signal(
            key=f"table {table}",
            topic=PROGRESS,
            state=state,
            severity=Severity.CRITICAL if table in LIVE else Severity.WARNING,
            since=at,
            said=f"table {table} is late: last filled {span(now.timestamp() - at)} ago",
            where=f"/assets/{table.replace('.', '/')}",
        )


@dataclass(frozen=True, slots=True)
class Wait:
    """How long an event can have waited in the hub at most: since bronze was last filled.

    Attributes:
        keeps_seconds: how long the hub keeps it.
    """

    since: float
    now: float
    keeps_seconds: float

    @property
    def seconds(self) -> float:
        """Its length, by this machine's clock alone."""
        return self.now - self.since


def hub_signals(instance: dg.DagsterInstance, hub: HubSettings, wait: Wait) -> list[Signal]:
    """What waits in the hub; nothing where that does not answer: the sensor that asks it says so."""
    try:
        seen = tails(hub, deadline_seconds=_HUB_SECONDS)
    except HubError:
        return []
    return [waiting_signal(seen, committed_positions(instance), wait)]


def waiting_signal(seen: HubTails, committed: Positions, wait: Wait) -> Signal:
    """Events that bronze has not, and those that it can have no more."""
    ours = committed.get(seen.generation, {})
    behind = sum(max(0, tail.next - max(tail.begin, ours.get(name, 0))) for name, tail in seen.partitions.items())
    dropped = sum(max(0, tail.begin - ours[name]) for name, tail in seen.partitions.items() if name in ours)
    is_at_risk = behind > 0 and wait.seconds > AT_RISK * wait.keeps_seconds
    is_bad = dropped > 0 or is_at_risk or (behind > 0 and wait.seconds > WAIT_SECONDS)
    said = f"{behind:,} events wait in the hub, for up to {span(wait.seconds)}; it keeps them for {span(wait.keeps_seconds)}"
    if dropped:
        said = f"the hub has dropped {dropped:,} events unread; {said}"
    severity = Severity.CRITICAL if dropped or is_at_risk else Severity.WARNING
    return Signal(_HUB, PROGRESS, State.BAD if is_bad else State.GOOD, severity, wait.since, said, "/assets/hub/orders")
