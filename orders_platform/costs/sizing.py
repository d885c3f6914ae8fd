"""How big a hub and a cluster a load needs, out of what Azure sells and of what was measured here. No prices."""

from dataclasses import dataclass
from math import ceil
from typing import Final, Literal

from orders_platform.errors import InputError

Mode = Literal["available-now", "continuous"]
Tier = Literal["Standard", "Premium", "Dedicated"]

# Azure's limits (https://learn.microsoft.com/azure/event-hubs/event-hubs-quotas, and its FAQ): a throughput unit takes so much,
# whichever comes first; a partition should carry at most 1 MB/s; each 64 kB of an event are billed as one
UNIT_BYTES, UNIT_EVENTS, PARTITION_BYTES = 1_000_000, 1_000, 1_000_000
STANDARD_UNITS, STANDARD_PARTITIONS, PREMIUM_PARTITIONS = 40, 32, 100
BILLED_BYTES: Final = 64_000

# docs/benchmarks.md, rows "521,555 lines, warm, processor time" and "200 new orders, warm, all tables, processor time"
WHOLE_LINES, WHOLE_CORE_SECONDS, SMALL_CORE_SECONDS = 521_555, 53.47, 17.94
CORE_SECONDS_A_LINE: Final = WHOLE_CORE_SECONDS / WHOLE_LINES
# docs/en/scale.md, "What a busy day costs": each pass makes the day anew, so it pays for the lines that the day has already
DAY_LINES, DAY_CORE_SECONDS = 2_382_885, 7.05
DAY_CORE_SECONDS_A_LINE: Final = DAY_CORE_SECONDS / DAY_LINES

# Our choice: half of a cluster's time is free for a backlog; and two cores at least are there for what a batch costs, whatever is
# in it: that is enough for one every 18 seconds.
BUSY: Final = 0.5
FIXED_CORES: Final = 2
BATCH_SECONDS: Final = 30
QUIET_MINUTES: Final = 30  # the sensor's: so often a pass runs while the shop is open, orders or none
HOURS_A_MONTH, DAYS_A_MONTH = 730, 730 / 24
_HOUR: Final = 3600
_TAKES: Final = "a unit takes 1 MB/s or 1,000 events/s in, whichever comes first"


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

    @property
    def billed_a_month(self) -> float:
        """Events as the hub counts them for its bill."""
        return self.events_a_month * ceil(self.event_bytes / BILLED_BYTES)


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
    def window(self) -> int:
        """Seconds in which a pass has its cluster, and ends before the next one begins."""
        return self.every - self.start

    @property
    def fixed_cores(self) -> int:
        """For what a pass costs whatever is in it."""
        return max(FIXED_CORES, ceil(SMALL_CORE_SECONDS / self.window / BUSY))

    @property
    def every(self) -> int:
        """Seconds from the start of a pass to that of the next; the usual ones where none were given."""
        return self.every_seconds or (BATCH_SECONDS if self.mode == "continuous" else max(2 * self.start, BATCH_SECONDS))


@dataclass(frozen=True, slots=True)
class Size:
    """What a load needs.

    Attributes:
        units: throughput units of Standard; None: nothing is promised of a unit of the other tiers, so it has to be measured.
        node_hours: of all nodes in a month.
        idle_node_hours: the same, of a month in which no order comes.
        million_events: of a month, as the hub counts them for its bill.
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
    """Raises InputError where a pass would begin before its cluster has started, or less than once in the hours of a day."""
    _refuse(load, running)
    tier, units, partitions = _hub(load)
    cores = running.fixed_cores + ceil(_work(load, running, load.lines_a_day) / running.window / BUSY)
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
        million_events=load.billed_a_month / 1e6,
        gigabytes=load.events_a_month * load.event_bytes / 1e9,
        why=_why(load, running, tier) | {"nodes": f"{workers} of {running.node_cores} cores, and a driver"},
    )


def _refuse(load: Load, running: Running) -> None:
    if running.window <= 0:
        raise InputError(f"a cluster starts in {running.start} seconds: --every-seconds must be more than that")
    longest = load.hours_a_day * _HOUR
    if running.every > longest:
        raise InputError(
            f"orders come for {load.hours_a_day} hours a day: --every-seconds must be at most {longest}, a pass a day"
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
    return "Premium" if partitions <= PREMIUM_PARTITIONS else "Dedicated", None, partitions


def _cluster_hours(load: Load, running: Running, cores: int) -> tuple[float, float, float]:
    """Hours of the cluster in a month, in one without orders, and seconds from hub to gold at worst."""
    full, half = ((SMALL_CORE_SECONDS + _work(load, running, load.lines_a_day / part)) / cores for part in (1, 2))
    worst = running.every + full
    if running.mode == "continuous":
        return HOURS_A_MONTH, HOURS_A_MONTH, worst
    open_hours = load.hours_a_day * DAYS_A_MONTH
    # unasked, one pass follows another while orders come, and one in half an hour while none do
    one_after_another = running.every_seconds is None
    busy = 1.0 if one_after_another else (running.start + half) / running.every
    between = QUIET_MINUTES * 60 if one_after_another else running.every
    idle = min(1.0, (running.start + SMALL_CORE_SECONDS / cores) / between)
    return open_hours * busy, open_hours * idle, worst


def _why(load: Load, running: Running, tier: Tier) -> dict[str, str]:
    rate = f"{load.events_per_second:,} events/s x {load.event_bytes:,} B = {load.bytes_per_second / 1e6:,.1f} MB/s"
    new = load.lines_per_second * running.every / 1e6
    waits = f" - {running.start} s start" if running.start else ""
    return {
        "units": f"{rate}; {_TAKES if tier == 'Standard' else 'what a unit takes is promised nowhere'}",
        "partitions": f"{rate}; 1 MB/s each, at least 2",
        "cores": f"{running.fixed_cores} + ({new:,.2f} million new lines x {CORE_SECONDS_A_LINE * 1e6:.1f} core-s + "
        f"{load.lines_a_day / 1e6:,.1f} million of the day x {DAY_CORE_SECONDS_A_LINE * 1e6:.1f}) / ({running.every} s{waits}) / "
        f"{BUSY}",
        "gigabytes": f"{load.events_a_month / 1e6:,.1f} million events x {load.event_bytes:,} B, not compressed",
    }
