"""How big a hub and a cluster a load needs, out of what Azure sells and of what was measured here. No prices."""

from dataclasses import dataclass
from math import ceil
from typing import Final, Literal

from orders_platform.errors import InputError

Mode = Literal["available-now", "continuous"]
Tier = Literal["Standard", "Premium", "Dedicated"]

# Azure's limits (https://learn.microsoft.com/azure/event-hubs/event-hubs-quotas, and its FAQ): a throughput unit takes so much,
# whichever comes first; a partition should carry at most 1 MB/s
UNIT_BYTES, UNIT_EVENTS, PARTITION_BYTES = 1_000_000, 1_000, 1_000_000
STANDARD_UNITS, STANDARD_PARTITIONS, PREMIUM_PARTITIONS = 40, 32, 100
PREMIUM_BYTES: Final = 120_000_000  # above it Microsoft names Dedicated

# docs/benchmarks.md, rows "521,555 lines, warm, processor time" and "200 new orders, warm, all tables, processor time"
WHOLE_LINES, WHOLE_CORE_SECONDS, SMALL_CORE_SECONDS = 521_555, 53.47, 17.94
CORE_SECONDS_A_LINE: Final = WHOLE_CORE_SECONDS / WHOLE_LINES
# docs/en/scale.md, "What a busy day costs": each pass makes the day anew, so it pays for the lines that the day has already
DAY_LINES, DAY_CORE_SECONDS = 2_382_885, 7.05
DAY_CORE_SECONDS_A_LINE: Final = DAY_CORE_SECONDS / DAY_LINES

# Our choice: half of a cluster's time is free for a backlog; and two cores are there for what a batch costs, whatever is in it.
BUSY: Final = 0.5
FIXED_CORES: Final = 2
BATCH_SECONDS: Final = 30
QUIET_MINUTES: Final = 30  # the sensor's: so often a pass runs while the shop is open, orders or none
HOURS_A_MONTH, DAYS_A_MONTH = 730, 730 / 24
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Load:
    """Orders' events, at their peak; hours_a_day: how long they come at that rate, which is also when the shop is open."""

    events_per_second: int
    event_bytes: int
    lines_per_event: int
    hours_a_day: int

    @property
    def bytes_per_second(self) -> int:
        """Into the hub."""
        return self.events_per_second * self.event_bytes

    @property
    def lines_per_second(self) -> int:
        """In all events."""
        return self.events_per_second * self.lines_per_event

    @property
    def lines_a_day(self) -> int:
        """When the day is over."""
        return self.lines_per_second * self.hours_a_day * _HOUR

    @property
    def events_a_month(self) -> float:
        """In the hours in which they come."""
        return self.events_per_second * self.hours_a_day * DAYS_A_MONTH * _HOUR


@dataclass(frozen=True, slots=True)
class Running:
    """How passes come about.

    Attributes:
        every_seconds: from one pass, or batch of continuous mode, to the next; None: thirty seconds of continuous mode, else one
            pass after another, as Dagster's sensor has it, where a pass may take as long as the start of its cluster.
        start_minutes: until a cluster works; a guess until you have seen yours.
    """

    mode: Mode
    every_seconds: int | None
    start_minutes: int
    node_cores: int

    @property
    def start(self) -> int:
        """Seconds that a pass waits for its cluster."""
        return 0 if self.mode == "continuous" else self.start_minutes * 60

    @property
    def every(self) -> int:
        """Seconds, whatever was said."""
        return self.every_seconds or (BATCH_SECONDS if self.mode == "continuous" else max(2 * self.start, BATCH_SECONDS))


@dataclass(frozen=True, slots=True)
class Size:
    """What a load needs.

    Attributes:
        units: throughput units of Standard; None: nothing is promised of a unit of the other tiers, so it has to be measured.
        node_hours: of all nodes in a month.
        idle_node_hours: the same, of a month in which no order comes.
        worst_seconds: from hub to gold, when the day is nearly over.
        gigabytes: that a month of events adds to bronze, as they came: not compressed.
        why: the arithmetic, by what it is for.
    """

    tier: Tier
    units: int | None
    partitions: int
    cores: int
    nodes: int
    node_hours: float
    idle_node_hours: float
    worst_seconds: float
    million_events: float
    gigabytes: float
    why: dict[str, str]


def size(load: Load, running: Running) -> Size:
    """Raises InputError where a pass would begin before its cluster has started."""
    if running.every <= running.start:
        raise InputError(f"a cluster starts in {running.start} seconds: --every-seconds must be more than that")
    tier, units, partitions = _hub(load)
    cores = FIXED_CORES + ceil(_work(load, running, load.lines_a_day) / (running.every - running.start) / BUSY)
    workers = ceil(cores / running.node_cores)
    nodes = workers + 1
    hours, idle, worst = _cluster_hours(load, running, workers * running.node_cores)
    return Size(
        tier=tier,
        units=units,
        partitions=partitions,
        cores=cores,
        nodes=nodes,
        node_hours=hours * nodes,
        idle_node_hours=idle * nodes,
        worst_seconds=worst,
        million_events=load.events_a_month / 1e6,
        gigabytes=load.events_a_month * load.event_bytes / 1e9,
        why=_why(load, running, workers),
    )


def _work(load: Load, running: Running, day_lines: float) -> float:
    """Core-seconds of a pass, less what it costs with nothing in it: its new lines, and the day's so far."""
    new = load.lines_per_second * running.every
    return new * CORE_SECONDS_A_LINE + day_lines * DAY_CORE_SECONDS_A_LINE


def _hub(load: Load) -> tuple[Tier, int | None, int]:
    """The cheapest tier whose limits hold, its units and the partitions."""
    rate = load.bytes_per_second
    units = max(ceil(rate / UNIT_BYTES), ceil(load.events_per_second / UNIT_EVENTS))
    partitions = max(2, ceil(rate / PARTITION_BYTES))
    if units <= STANDARD_UNITS and partitions <= STANDARD_PARTITIONS:
        return "Standard", units, partitions
    fits = rate <= PREMIUM_BYTES and partitions <= PREMIUM_PARTITIONS
    return "Premium" if fits else "Dedicated", None, partitions


def _cluster_hours(load: Load, running: Running, cores: int) -> tuple[float, float, float]:
    """Hours of the cluster in a month, in one without orders, and seconds from hub to gold at worst."""
    full, half = ((SMALL_CORE_SECONDS + _work(load, running, load.lines_a_day / part)) / cores for part in (1, 2))
    worst = running.every + full
    if running.mode == "continuous":
        return HOURS_A_MONTH, HOURS_A_MONTH, worst
    open_hours = load.hours_a_day * DAYS_A_MONTH
    # unasked, one pass follows another while orders come, and one in half an hour while none do
    one_after_another = running.every_seconds is None
    busy = 1.0 if one_after_another else min(1.0, (running.start + half) / running.every)
    between = QUIET_MINUTES * 60 if one_after_another else running.every
    idle = min(1.0, (running.start + SMALL_CORE_SECONDS / cores) / between)
    return open_hours * busy, open_hours * idle, worst


def _why(load: Load, running: Running, workers: int) -> dict[str, str]:
    rate = f"{load.events_per_second:,} events/s x {load.event_bytes:,} B = {load.bytes_per_second / 1e6:,.1f} MB/s"
    new = load.lines_per_second * running.every / 1e6
    waits = f" - {running.start} s start" if running.start else ""
    return {
        "units": f"{rate}; a unit takes 1 MB/s or 1,000 events/s in, whichever comes first",
        "partitions": f"{rate}; 1 MB/s each, at least 2",
        "cores": f"{FIXED_CORES} + ({new:,.2f} million new lines x {CORE_SECONDS_A_LINE * 1e6:.1f} core-s + "
        f"{load.lines_a_day / 1e6:,.1f} million of the day x {DAY_CORE_SECONDS_A_LINE * 1e6:.1f}) / ({running.every} s{waits}) / "
        f"{BUSY}",
        "nodes": f"{workers} of {running.node_cores} cores, and a driver",
        "gigabytes": f"{load.events_a_month / 1e6:,.1f} million events x {load.event_bytes:,} B, not compressed",
    }
