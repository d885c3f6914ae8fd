"""Tables that are late, and messages that wait in the hub."""

from datetime import UTC, datetime

import pytest

from orders_platform.alerts.signal import Severity, State
from orders_platform.hub.tails import HubTails, PartitionTail
from orders_platform.lakehouse.report import Positions
from orders_platform.orchestration.alerting.lateness import late_signals, waiting_signal
from orders_platform.orchestration.alerting.waiting import Mark, Waits, waits
from orders_platform.settings import Settings

NOON = datetime(2026, 1, 5, 12, 0, 30, tzinfo=UTC)
AT = NOON.timestamp()
DAY = 86_400.0


def tails(**partitions: tuple[int, int]) -> HubTails:
    return HubTails("orders-1", {name.strip("p"): PartitionTail(begin, end, NOON) for name, (begin, end) in partitions.items()})


def seen_since(seconds: float, hub: HubTails, committed: Positions) -> Waits:
    """Looks at a hub that stays as it is, so long ago and now."""
    first = waits(Waits(""), hub, committed, now=AT - seconds, filled_at=AT - seconds)
    return waits(first, hub, committed, now=AT, filled_at=AT - seconds)


def test_a_table_that_nobody_fills_while_the_shop_sells_is_late() -> None:
    filled = {"gold.daily_sales": AT - 3600, "silver.orders": AT - 3700, "gold.cancellations": AT - 60}

    signals = list(late_signals(filled, NOON, Settings.from_env({}).trading, has_watched=True))

    assert [(one.key, one.state, one.severity) for one in signals] == [
        ("table gold.daily_sales", State.BAD, Severity.CRITICAL),
        ("table silver.orders", State.BAD, Severity.WARNING),
        ("table gold.cancellations", State.GOOD, Severity.WARNING),
    ]
    assert signals[0].said == "table gold.daily_sales is late: last filled 1 h ago"
    assert signals[0].was == "table gold.daily_sales was late: nothing had filled it for 1 h"


def test_who_starts_a_platform_again_lets_it_catch_up() -> None:
    [signal] = late_signals({"gold.daily_sales": AT - DAY}, NOON, Settings.from_env({}).trading, has_watched=False)

    assert signal.state is State.UNKNOWN


@pytest.mark.parametrize(
    ("ends", "waited", "expected"),
    [
        ((0, 10), 2 * DAY, (State.GOOD, Severity.WARNING)),
        ((0, 15), 599.0, (State.GOOD, Severity.WARNING)),
        ((0, 15), 601.0, (State.BAD, Severity.WARNING)),
        ((0, 15), DAY / 4 + 1, (State.BAD, Severity.CRITICAL)),
        ((10, 15), 60.0, (State.GOOD, Severity.WARNING)),
        ((12, 15), 60.0, (State.BAD, Severity.CRITICAL)),
    ],
    ids=["none waits", "not long", "long", "a quarter of the retention", "all held", "dropped unread"],
)
def test_events_that_wait_are_bad_before_the_hub_drops_them(
    ends: tuple[int, int], waited: float, expected: tuple[State, Severity]
) -> None:
    signal = waiting_signal(seen_since(waited, tails(p0=ends), {"orders-1": {"0": 10}}), DAY)

    assert (signal.state, signal.severity) == expected


def test_what_the_hub_dropped_before_anybody_read_it_is_nobodys_loss() -> None:
    """A hub that was there before us, or a partition that was added."""
    assert waiting_signal(seen_since(0, tails(p0=(100, 120)), {}), DAY).state is State.GOOD
    assert waiting_signal(seen_since(0, tails(p0=(0, 0), p1=(3, 9)), {"orders-1": {"0": 0}}), DAY).state is State.GOOD


def test_how_many_wait_and_how_many_are_gone_is_told_and_told_as_over() -> None:
    signal = waiting_signal(seen_since(60, tails(p0=(1200, 3200)), {"orders-1": {"0": 10}}), 7 * DAY)

    rest = "in the hub, the oldest for 1 min; it keeps them for 7 d"
    assert signal.said == f"the hub has dropped 1,190 events unread; 2,000 events wait {rest}"
    assert signal.was == f"the hub has dropped 1,190 events unread; 2,000 events had waited {rest}"


def test_what_may_be_dropped_soon_is_told_though_nobody_saw_it_come() -> None:
    """Nobody looked for seven hours of the 24 that the hub keeps it."""
    signal = waiting_signal(Waits("orders-1", {"0": [Mark(5, AT, AT - 7 * 3600)]}, behind=5, asked_at=AT), DAY)

    assert (signal.state, signal.severity) == (State.BAD, Severity.CRITICAL)
    assert signal.said == "5 events wait in the hub, the oldest for up to 7 h; it keeps them for 1 d"
