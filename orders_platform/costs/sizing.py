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

# Our choice: half of a cluster's time is free for a backlog; and two cores are there for what a batch costs, whatever is in it.
BUSY: Final = 0.5
FIXED_CORES: Final = 2
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
    def events_a_month(self) -> float:
        """In the hours in which they come."""
        return self.events_per_second * self.hours_a_day * DAYS_A_MONTH * _HOUR


@dataclass(frozen=True, slots=True)
class Running:
    """How passes come about.

    Attributes:
        pass_minutes: a schedule's, from one pass to the next; None: one follows another, as Dagster's sensor has it.
        start_minutes: until a cluster works; a guess until you have seen yours.
    """

    mode: Mode
    pass_minutes: int | None
    start_minutes: int
    node_cores: int


@dataclass(frozen=True, slots=True)
class Size:
    """What a load needs.

    Attributes:
        units: throughput units of Standard; None: nothing is promised of a unit of the other tiers, so it has to be measured.
        node_hours: of all nodes in a month.
        idle_node_hours: the same, of a month in which no order comes.
        worst_minutes: from hub to gold, of passes; None in continuous mode.
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
    worst_minutes: float | None
    million_events: float
    gigabytes: float
    why: dict[str, str]


def size(load: Load, running: Running) -> Size:
    """Raises InputError where a schedule is shorter than a cluster's start."""
    if running.mode == "continuous" and running.pass_minutes is not None:
        raise InputError("--pass-minutes goes with --mode available-now: continuous mode has no passes")
    if running.pass_minutes is not None and running.pass_minutes <= running.start_minutes:
        raise InputError(f"a cluster starts in {running.start_minutes} minutes: --pass-minutes must be more than that")
    tier, units, partitions = _hub(load)
    busy = load.events_per_second * load.lines_per_event * CORE_SECONDS_A_LINE
    cores = FIXED_CORES + ceil(busy / BUSY)
    workers = ceil(cores / running.node_cores)
    nodes = workers + 1
    hours, idle, worst = _cluster_hours(load, running, busy, workers * running.node_cores)
    return Size(
        tier=tier,
        units=units,
        partitions=partitions,
        cores=cores,
        nodes=nodes,
        node_hours=hours * nodes,
        idle_node_hours=idle * nodes,
        worst_minutes=worst,
        million_events=load.events_a_month / 1e6,
        gigabytes=load.events_a_month * load.event_bytes / 1e9,
        why=_why(load, busy, workers, running),
    )


def _hub(load: Load) -> tuple[Tier, int | None, int]:
    """The cheapest tier whose limits hold, its units and the partitions."""
    rate = load.bytes_per_second
    units = max(ceil(rate / UNIT_BYTES), ceil(load.events_per_second / UNIT_EVENTS))
    partitions = max(2, ceil(rate / PARTITION_BYTES))
    if units <= STANDARD_UNITS and partitions <= STANDARD_PARTITIONS:
        return "Standard", units, partitions
    fits = rate <= PREMIUM_BYTES and partitions <= PREMIUM_PARTITIONS
    return "Premium" if fits else "Dedicated", None, partitions


def _cluster_hours(load: Load, running: Running, busy: float, cores: int) -> tuple[float, float, float | None]:
    """Hours of the cluster in a month, in one without orders, and minutes from hub to gold at worst."""
    if running.mode == "continuous":
        return HOURS_A_MONTH, HOURS_A_MONTH, None
    open_hours = load.hours_a_day * DAYS_A_MONTH
    start = running.start_minutes * 60
    empty = start + SMALL_CORE_SECONDS / cores
    if running.pass_minutes is None:
        # what came while the cluster started and the pass worked is the next one's work
        work = (SMALL_CORE_SECONDS + busy * start) / (cores - busy)
        idle = open_hours * min(1.0, empty / (QUIET_MINUTES * 60))
        return open_hours, idle, (start + 2 * work) / 60
    every = running.pass_minutes * 60
    taken = start + (SMALL_CORE_SECONDS + busy * every) / cores
    idle = open_hours * min(1.0, empty / every)
    return open_hours * min(1.0, taken / every), idle, (every + taken) / 60


def _why(load: Load, busy: float, workers: int, running: Running) -> dict[str, str]:
    rate = f"{load.events_per_second:,} events/s x {load.event_bytes:,} B = {load.bytes_per_second / 1e6:,.1f} MB/s"
    lines = load.events_per_second * load.lines_per_event
    return {
        "units": f"{rate}; a unit takes 1 MB/s or 1,000 events/s in, whichever comes first",
        "partitions": f"{rate}; 1 MB/s each, at least 2",
        "cores": f"{FIXED_CORES} + {lines:,} lines/s x {CORE_SECONDS_A_LINE * 1e6:.1f} core-s a million / {BUSY} busy"
        f" (at work all along: {busy:.1f})",
        "nodes": f"{workers} of {running.node_cores} cores, and a driver",
        "gigabytes": f"{load.events_a_month / 1e6:,.1f} million events x {load.event_bytes:,} B, not compressed",
    }
