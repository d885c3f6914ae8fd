"""What the figures shall be on two cores."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.figures import Figure


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of a figure, in its unit, and of its ratio to the peer; None where there is none."""

    at_least: float | None = None
    at_most: float | None = None
    ratio: float | None = None

    def __str__(self) -> str:
        """As people read it."""
        parts = ((">=", self.at_least, ""), ("<=", self.at_most, ""), (">=", self.ratio, "x peer"))
        return ", ".join(f"{sign} {limit:,g}{unit}" for sign, limit, unit in parts if limit is not None)

    def met_by(self, figure: Figure) -> bool:
        """Whether a figure keeps to it."""
        return (
            (self.at_least is None or figure.ours >= self.at_least)
            and (self.at_most is None or figure.ours <= self.at_most)
            and (self.ratio is None or (figure.ratio or 0) >= self.ratio)
        )


BUDGETS: Mapping[str, Budget] = {
    "pass_warm_lines_per_second": Budget(at_least=90_000, ratio=2.5),
    "pass_cold_seconds": Budget(at_most=25),
    "small_pass_seconds": Budget(at_most=4),
    "small_pass_live_seconds": Budget(at_most=2.5),
    "small_pass_history_ratio": Budget(at_most=1.2),
    # at most a tenth more
    "checks_whole_seconds": Budget(ratio=0.9),
    "checks_large_seconds": Budget(ratio=0.9),
    "checks_small_seconds": Budget(ratio=0.9),
    "declarative_warm_seconds": Budget(ratio=4),
    "backup_beside_lines_per_second": Budget(ratio=0.9),
    "backup_in_turn_lines_per_second": Budget(ratio=0.9),
    "replay_lines_per_second": Budget(ratio=1.5),
    "publish_events_per_second": Budget(ratio=0.9),
    "api_place_p99_ms": Budget(at_most=50),
    "api_rate": Budget(at_least=199),
    "relay_behind_seconds": Budget(at_most=2),
    "relay_events_per_second": Budget(at_least=3_000),
    "continuous_by_api_p95_seconds": Budget(at_most=6),
    "dagster_cost_seconds": Budget(at_most=3),
    "dagster_stock_launcher_seconds": Budget(at_most=8),
    "dagster_ready_seconds": Budget(at_most=20),
    "tail_to_run_worst_seconds": Budget(at_most=10),
    "continuous_p50_seconds": Budget(at_most=4),
    "continuous_p95_seconds": Budget(at_most=7),
    "continuous_p99_seconds": Budget(at_most=12),
    "room_first_paint_seconds": Budget(at_most=2),
    "room_refresh_seconds": Budget(at_most=1),
    "room_large_first_paint_seconds": Budget(at_most=2),
    "room_large_refresh_seconds": Budget(at_most=1),
    "dagster_view_seconds": Budget(at_most=10),
}
