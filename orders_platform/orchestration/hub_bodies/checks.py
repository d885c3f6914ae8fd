"""The check of bronze against the hub itself: at the newest positions that bronze has, both must hold the same message.

Every other check goes by positions. A position that another message has taken passes them all, and the hub's own is never read:
as after a replay of files that were another hub's. So one of each partition and of each road is asked for, whoever brought it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import dagster as dg

from orders_platform.errors import PlatformError
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import Settings

_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a comparison.

    Attributes:
        positions: at how many both were asked.
        differing: where the hub holds another message, or none, like `0:17@orders-1763875200000`.
    """

    generation: str
    positions: int
    differing: Sequence[str]


@dg.asset_check(
    asset=asset_key(ORDER_EVENTS.key),
    description="At the newest position of each partition, by each road, the hub holds the same message as bronze.",
)
def same_as_hub() -> dg.AssetCheckResult:
    """One look; where hub or bronze cannot be asked, the check warns with the sentence that says why."""
    from orders_platform.orchestration.hub_bodies.comparing import compared, look_of  # noqa: PLC0415  loads SDKs: 3 s

    settings = Settings.load()
    try:
        return verdict(compared(settings.need_hub(), look_of(settings)))
    except PlatformError as fault:
        return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, description=str(fault))


def verdict(found: Compared) -> dg.AssetCheckResult:
    """Passed where nothing differs; else the positions are named."""
    more = f" and {len(found.differing) - _MOST_NAMED} more" if len(found.differing) > _MOST_NAMED else ""
    said = (
        f"the hub does not hold what bronze has at {', '.join(found.differing[:_MOST_NAMED])}{more}: that came from elsewhere, "
        "and what the hub has there is missing. Put bronze back to a version from before by `orders-platform tables restore`, "
        "and run a pass"
    )
    return dg.AssetCheckResult(
        passed=not found.differing,
        description=said if found.differing else None,
        metadata={
            "compared": found.positions,
            "differing": len(found.differing),
            "generation": found.generation,
            "positions": dg.MetadataValue.json(list(found.differing)),
        },
    )
