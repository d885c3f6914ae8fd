"""A hub that was killed and lost what it had acknowledged: what it still has, and what comes, reaches gold, each event once."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.repair import repair_hubs
from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform_tests import invariants
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.lakehouse.conftest import Shop

pytestmark = [pytest.mark.spark, pytest.mark.faults]
Damage = Callable[[Path], None]


@dataclass
class Life:
    """A hub that is killed again and again, and all that was ever published into it."""

    folder: Path
    lake: Lake
    published: list[bytes] = field(default_factory=list)
    kills: int = 0

    def data(self) -> Path:
        """Its data directory, as the next process finds it."""
        return self.folder / f"hub{self.kills}"

    def lives(self, *orders: int, tables: set[str] | None = None) -> list[int]:
        """Serve; after each lot of orders a pass. Then be killed. Returns what each pass wrote into bronze."""
        written = []
        with Shop(self.folder, generation=self.kills).open() as shop:
            for count in orders:
                self._sells(shop, count)
                reports = list(run_pass(self.lake, shop.source, pass_id="p", tables=tables))
                written += [report.written for report in reports if report.table == ORDER_EVENTS.key]
            # the kernel keeps all that was written, so a copy is what a killed process leaves
            shutil.copytree(self.data(), self.folder / f"hub{self.kills + 1}")
        self.kills += 1
        return written

    def damaged(self, damage: Damage) -> None:
        """Do something to the log of the partition that has the most."""
        logs = (self.data() / "hubs" / "orders").glob("*/*.log")
        damage(max(logs, key=lambda path: path.stat().st_size))

    def _sells(self, shop: Shop, count: int) -> None:
        first = len(self.published)
        orders = {f"o{number}": body(an_event(f"o{number}")) for number in range(first, first + count)}
        self.published += orders.values()
        shop.publishes(orders.items())


def cut_the_last_record(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-9])


def flip_a_bit_in_the_middle(log: Path) -> None:
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 1
    log.write_bytes(content)


def test_what_is_published_after_the_loss_of_a_tail_is_taken_though_bronze_had_more(lake: Lake, tmp_path: Path) -> None:
    """The positions that were lost are given out again: to other events."""
    life = Life(tmp_path, lake)
    life.lives(20, tables={ORDER_EVENTS.key})
    life.damaged(cut_the_last_record)

    [written] = life.lives(5, tables={ORDER_EVENTS.key})

    assert written == 19 + 5
    assert invariants.i3_positions_complete(Path(lake.root)) == []
    bodies = {bytes(row.value) for row in lake.read(ORDER_EVENTS).select("value").collect()}
    assert bodies == set(life.published)


@pytest.mark.long
def test_every_event_is_in_gold_whatever_the_hub_lost_between_passes(lake: Lake, tmp_path: Path) -> None:
    life = Life(tmp_path, lake)
    life.lives(200)
    life.damaged(cut_the_last_record)
    life.lives(5)
    life.damaged(flip_a_bit_in_the_middle)
    with pytest.raises(EnvironmentFault, match="hub repair"):
        life.lives(1)
    repair_hubs(life.data(), 0)
    life.lives(70)
    life.damaged(Path.unlink)
    life.lives(210)

    assert invariants.i1_accepted_in_gold(Path(lake.root), life.published) == []
    assert invariants.check_all(Path(lake.root)) == []
