"""Continuous mode: orders reach every table while the stream runs, and every promise holds for who looks meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from deltalake import DeltaTable

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.continuous import run_continuous
from orders_platform.lakehouse.lake import Lake
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.invariants import check_all
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.watching import Watcher

pytestmark = [pytest.mark.spark, pytest.mark.integration]
PATIENCE_SECONDS = 240


@contextmanager
def streaming(lake: Lake, shop: Shop, generation_now: Callable[[], str] | None = None) -> Iterator[list[BaseException]]:
    """The stream, running beside the test; what it raised is in the list."""
    stop, raised, source = threading.Event(), list[BaseException](), shop.source

    def run() -> None:
        try:
            for _ in run_continuous(lake, source, stop=stop, later_seconds=0.5, generation_now=generation_now):
                pass
        except BaseException as fault:  # noqa: BLE001  told to the test
            raised.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield raised
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)


def wait_until(holds: Callable[[], bool], raised: list[BaseException]) -> None:
    """Look until it holds. Fails at the deadline, or when the stream has ended by a fault."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert raised == []
        assert time.monotonic() < until, "not seen in time"
        threading.Event().wait(0.1)


def total(lake: Lake, table: str, column: str) -> int:
    """The sum of a column, as a reader without Spark sees it now."""
    path = Path(lake.root) / table.replace(".", "/")
    if not DeltaTable.is_deltatable(str(path)):
        return 0
    return sum(DeltaTable(path).to_pyarrow_table(columns=[column])[column].to_pylist())


@pytest.mark.long
def test_every_promise_holds_while_orders_stream_in(lake: Lake, shop: Shop) -> None:
    shop.sells(3)
    with streaming(lake, shop) as raised, Watcher(Path(lake.root), pause_seconds=0.2) as watcher:
        wait_until(lambda: total(lake, "gold.daily_sales", "orders") == 3, raised)
        shop.sells(20)
        shop.publishes([("o1", body(an_event("o1", version=2, status="paid"))), ("o2", b"no event at all")])
        shop.publishes([("o1", body(an_event("o1", version=2, status="paid")))])

        wait_until(lambda: total(lake, "gold.sales_by_minute", "orders") == 23, raised)
        wait_until(lambda: total(lake, "silver.orders", "versions_seen") == 24, raised)

    assert raised == []
    assert watcher.violations == []
    assert check_all(Path(lake.root)) == []
    assert {
        ("bronze.order_events", "positions_complete"), ("silver.order_events", "rows_add_up"),
        ("gold.daily_sales", "agrees_with_events"), ("gold.sales_by_minute", "key_unique"),
    } <= checks_while_streaming(lake)  # fmt: skip


@pytest.mark.long
def test_a_hub_that_has_become_another_generation_ends_the_stream_in_one_sentence(lake: Lake, shop: Shop) -> None:
    """It came back without its newest events, and gives their positions to others."""
    generations = [shop.source.generation]
    with streaming(lake, shop, lambda: generations[-1]) as raised:
        shop.sells(2)
        wait_until(lambda: total(lake, "gold.daily_sales", "orders") == 2, raised)
        generations.append("orders-2")
        until = time.monotonic() + PATIENCE_SECONDS
        while not raised:
            assert time.monotonic() < until
            threading.Event().wait(0.1)

    [fault] = raised
    assert str(fault).startswith(f"the hub is orders-2 by now, and was {generations[0]} when this began: start again")


def checks_while_streaming(lake: Lake) -> set[tuple[str, str]]:
    """Checks that passed over what batches had filled, by their tables."""
    reports = [report for report in ledger.read(lake.root) if report.pass_id.endswith(("-batch", "-live"))]
    return {(report.table, check.name) for report in reports for check in report.checks if check.passed}
