"""Whether tables are late by the trading hours, and whether messages wait in the hub."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import dagster as dg

from orders_platform.alerts.message import span
from orders_platform.alerts.signal import Severity, Signal, State
from orders_platform.errors import HubError
from orders_platform.hub.tails import tails
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.orchestration.alerting.topics import PROGRESS
from orders_platform.orchestration.alerting.waiting import Waits, waits
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
            was=f"table {table} was late: nothing had filled it for {span(now.timestamp() - at)}",
        )


def look_at_hub(
    instance: dg.DagsterInstance, hub: HubSettings, before: Waits, *, now: float, filled_at: float | None
) -> Waits | None:
    """What waits in the hub; None where that does not answer: the sensor that asks it says so."""
    try:
        seen = tails(hub, deadline_seconds=_HUB_SECONDS)
    except HubError:
        return None
    return waits(before, seen, committed_positions(instance), now=now, filled_at=filled_at)


def waiting_signal(found: Waits, keeps_seconds: float) -> Signal:
    """Events that bronze has not, and those that it can have no more; the hub keeps them for so long."""
    seconds, at_most = found.asked_at - found.seen_at, found.asked_at - found.after
    is_at_risk = found.behind > 0 and at_most > AT_RISK * keeps_seconds
    is_bad = found.dropped > 0 or is_at_risk or (found.behind > 0 and seconds > WAIT_SECONDS)
    # where nobody looked for a while, they may have come at any moment of it
    how_long = f"up to {span(at_most)}" if is_at_risk else span(seconds)
    rest = f"in the hub, the oldest for {how_long}; it keeps them for {span(keeps_seconds)}"
    dropped = f"the hub has dropped {found.dropped:,} events unread; " if found.dropped else ""
    return Signal(
        key=_HUB,
        topic=PROGRESS,
        state=State.BAD if is_bad else State.GOOD,
        severity=Severity.CRITICAL if found.dropped or is_at_risk else Severity.WARNING,
        since=found.seen_at,
        said=f"{dropped}{found.behind:,} events wait {rest}",
        where="/assets/hub/orders",
        was=f"{dropped}{found.behind:,} events had waited {rest}",
    )
