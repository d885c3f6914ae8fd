"""The reader of I6 sees what it must see, and nothing where all is well."""

import shutil
from pathlib import Path

import pytest

from orders_platform_tests.builders import a_cancellation, an_event, body
from orders_platform_tests.oracle.facts import Row
from orders_platform_tests.small_lake import a_right_lake, rewrite
from orders_platform_tests.watching import Watcher

FIRST = [body(an_event("o1")), body(an_event("o2", placed_at="2019-02-03T10:00:00Z"))]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two orders on two days."""
    return a_right_lake(tmp_path_factory.mktemp("lake"), FIRST)


@pytest.fixture
def lake(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the right lake, to be spoiled."""
    return Path(shutil.copytree(pristine, tmp_path, dirs_exist_ok=True))


def doubled(rows: list[Row]) -> list[Row]:
    """The first row stands twice."""
    return [rows[0], *rows]


def test_nothing_is_noted_when_orders_are_added(lake: Path) -> None:
    """Silver is filled before gold, as a pass does."""
    watcher = Watcher(lake)
    watcher.look()

    a_right_lake(lake, [*FIRST, body(a_cancellation("C1"))])
    watcher.look()

    assert watcher.violations == []
    assert watcher.looks == 2


@pytest.mark.parametrize("table", ["gold.daily_sales", "gold.sales_by_minute", "silver.orders"])
def test_a_fall_is_noted_when_an_order_vanishes(lake: Path, table: str) -> None:
    """A day taken away and put back is a fall as well."""
    watcher = Watcher(lake)
    watcher.look()

    rewrite(lake, table, lambda rows: rows[1:])
    watcher.look()

    assert watcher.violations == [f"{table} fell from 2 orders to 1"]


def test_an_order_is_noted_when_it_stands_twice(lake: Path) -> None:
    """The state of an order is one row."""
    rewrite(lake, "silver.orders", doubled)

    watcher = Watcher(lake)
    watcher.look()

    assert "silver.orders holds more than once o1" in watcher.violations


def test_gold_is_noted_when_it_is_ahead_of_silver(lake: Path) -> None:
    """Gold shows two orders, silver has heard of one."""
    rewrite(lake, "silver.order_events", lambda rows: rows[1:])

    watcher = Watcher(lake)
    watcher.look()

    assert "gold.daily_sales shows 2 orders when silver.order_events knows 1" in watcher.violations
    assert "silver.orders holds o1, which silver.order_events does not know" in watcher.violations


def test_the_watcher_looks_by_itself_when_its_block_runs(lake: Path) -> None:
    """A last look is taken after the block, however short it was."""
    with Watcher(lake, pause_seconds=0.001) as watcher:
        rewrite(lake, "gold.daily_sales", doubled)

    assert watcher.looks >= 1
    assert "gold.daily_sales shows 3 orders when silver.order_events knows 2" in watcher.violations
