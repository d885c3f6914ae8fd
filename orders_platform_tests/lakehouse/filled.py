"""A lake that two passes have filled, made once and copied for each test, beside the hub that it was filled from."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform_tests.builders import Json, LineSpec, a_cancellation, an_event

if TYPE_CHECKING:
    from orders_platform_tests.lakehouse.conftest import Shop

FIRST_DAY, SECOND_DAY = "2019-02-01", "2019-02-02"
MUG_AND_BAG: tuple[LineSpec, ...] = (("MUG", 600, 1), ("BAG", 1500, 2))


@dataclass(frozen=True, slots=True)
class Filled:
    """The template, and its hub."""

    shop: "Shop"
    lake: Lake

    def copy(self, folder: Path) -> Lake:
        """A lake of the test's own; its tables and checkpoints name nothing outside of them."""
        shutil.copytree(self.lake.root, folder)
        return Lake(self.lake.spark, str(folder))


def fill(lake: Lake, shop: "Shop", *tables: str) -> None:
    """A pass over some tables; none named: all."""
    for report in run_pass(lake, shop.source, pass_id="p", tables=tables or None):
        assert report.failed_checks == []


def second_day() -> Iterator[Json]:
    """An order of the first day is changed, one is new, and one is cancelled."""
    noon = f"{SECOND_DAY}T12:00:00+00:00"
    yield an_event("o1", version=2, status="paid", occurred_at=noon)
    yield an_event("late", placed_at=noon, occurred_at=noon, lines=MUG_AND_BAG)
    yield a_cancellation("C1", cancels="o1", placed_at=noon, occurred_at=noon)
