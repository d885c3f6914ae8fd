"""What the checks of the squad's side answer: passed or not, how badly, and the figures behind it."""

from datetime import date, timedelta
from typing import Final

import dagster as dg

from orders_platform.errors import PlatformError
from orders_platform.orchestration.squad.answers import Outbox
from orders_platform.orchestration.squad.comparing import Comparison, as_table
from orders_platform.settings import ApiSettings

# A relay at work sends within seconds; after five minutes nobody expects it to come back by itself.
WARN_SECONDS: Final = 60.0
FAIL_SECONDS: Final = 300.0
_COMES_TO_REST: Final = timedelta(days=2)
_MOST_NAMED: Final = 5


def outbox_verdict(outbox: Outbox) -> dg.AssetCheckResult:
    """By how long the oldest event has waited, however many there are."""
    late = outbox.oldest_seconds > WARN_SECONDS
    return dg.AssetCheckResult(
        passed=not late,
        severity=dg.AssetCheckSeverity.ERROR if outbox.oldest_seconds > FAIL_SECONDS else dg.AssetCheckSeverity.WARN,
        description=f"an event has waited for the hub for {outbox.oldest_seconds:.0f} s: look at the relay's log"
        if late
        else None,
        metadata={
            "waiting": outbox.waiting,
            "oldest_seconds": float(outbox.oldest_seconds),
            "most_attempts": outbox.most_attempts,
        },
    )


def days_verdict(found: Comparison, asked: tuple[date, date], version: int) -> dg.AssetCheckResult:
    """By whether a day at rest differs; numbers are always there, so that they are plotted."""
    differing = found.differing
    metadata: dict[str, dg.MetadataValue | int | str] = {
        "days_compared": len(found.compared),
        "days_open": len(found.still_open),
        "days_differing": len(differing),
        "first_day": asked[0].isoformat(),
        "last_day": asked[1].isoformat(),
        "open": dg.MetadataValue.json([day.isoformat() for day in found.still_open]),
        "table_version": version,
    }
    if differing:
        metadata["differences"] = dg.MetadataValue.md(as_table(found.differences))
    if differing:
        more = ", and others" if len(differing) > _MOST_NAMED else ""
        named = ", ".join(day.isoformat() for day in differing[:_MOST_NAMED])
        said = f"{len(differing)} of {len(found.compared)} days differ from what the squad's API accepted: {named}{more}"
        return dg.AssetCheckResult(passed=False, description=said, metadata=metadata)
    held_up = [day for day in found.still_open if day < asked[1] - _COMES_TO_REST]
    if held_up:
        # a relay that stands still would otherwise keep every day open, and the check green
        said = f"{len(held_up)} days are over and have not come to rest, the first {held_up[0]}: look at the outbox"
        return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, description=said, metadata=metadata)
    return dg.AssetCheckResult(passed=True, metadata=metadata)


def zones_differ(accepted: str, gold: str) -> dg.AssetCheckResult:
    """Days of two zones cannot be compared."""
    said = f"the squad's API counts days in {accepted}, gold in {gold}: give both the same ORDERS_TIMEZONE"
    return dg.AssetCheckResult(passed=False, description=said)


def unanswered(fault: PlatformError, api: ApiSettings) -> dg.AssetCheckResult:
    """No answer is no good news; where no API is named, which one may choose, it only warns."""
    severity = dg.AssetCheckSeverity.ERROR if api.url else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(passed=False, severity=severity, description=str(fault))
