"""What people read at the end of the demo."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from orders_platform.lakehouse.report import CheckResult
from orders_platform.local.showing import checks_of, show_expected, show_layers, show_next, show_running
from orders_platform.local.up import Running
from orders_platform_tests.orchestration.fakes import a_report

PASSED = CheckResult("rows_add_up", passed=True, blocking=True)
FAILED = CheckResult("key_unique", passed=False)
WARNING = CheckResult("customer_known", passed=False, warn_only=True)


def test_failed_checks_and_warnings_are_told_apart_by_name() -> None:
    """A warning is no failure: the demo ends well with it."""
    assert checks_of(a_report("silver.orders", checks=(PASSED, FAILED, WARNING))) == (
        "[green]1 passed[/], [red]failed: key_unique[/], [yellow]warns: customer_known[/]"
    )


@pytest.mark.parametrize(
    ("warned", "without_customer", "is_told"), [(10, 10, True), (7, 10, True), (11, 10, False), (3, 0, False), (0, 10, False)]
)
def test_a_warning_that_the_file_explains_is_called_expected_and_no_other(
    warned: int, without_customer: int, *, is_told: bool
) -> None:
    """One more message without a customer than the file has is a real warning."""
    check = CheckResult("customer_known", passed=not warned, warn_only=True, metadata={"messages": warned})
    other = CheckResult("price_usual", passed=False, warn_only=True)
    reports = [a_report("silver.order_events", checks=(PASSED, check)), a_report("gold.product_prices", checks=(other,))]

    said = _said(lambda console: show_expected(console, reports, events=4466, without_customer=without_customer))

    expected = (
        "customer_known warns, as expected: 10 of the file's 4,466 transactions name no customer, which the contract allows\n"
    )
    assert said == (expected if is_told else "")


def test_layers_stand_from_bronze_to_gold_whatever_was_done_first() -> None:
    """Gold tables are filled side by side."""
    said = _said(
        lambda console: show_layers(console, [a_report("gold.daily_sales"), a_report("bronze.order_events", row_count=None)])
    )

    assert said.index("bronze.order_events") < said.index("gold.daily_sales")


def test_where_to_look_next_names_the_home(tmp_path: Path) -> None:
    """Commands that can be pasted."""
    assert f"orders-platform up --home {tmp_path}" in _said(lambda console: show_next(console, tmp_path))


def test_a_hub_that_has_lost_events_is_told_of_by_who_runs_everything(tmp_path: Path) -> None:
    hub = {
        "hub": "orders",
        "amqp": 1,
        "kafka": 2,
        "env": {},
        "warnings": ["hub orders begins a new generation: [partition 0] lost 1"],
    }
    parts: dict[str, Any] = {"squad": {"api": "", "env": {}}, "backup": {"env": {}}, "alerts": {"heartbeat": "", "env": {}}}
    running = Running(tmp_path, dagster="", hub=hub, databricks={"databricks": ""}, room="", **parts)

    said = _said(lambda console: show_running(console, running))

    assert "warning    hub orders begins a new generation: [partition 0] lost 1" in said


def test_a_home_of_any_name_can_be_pasted(tmp_path: Path) -> None:
    """A shell takes blanks apart, and a terminal's colours stand in brackets."""
    said = _said(lambda console: show_next(console, tmp_path / "My Orders [v1]"))

    assert f"ORDERS_HOME='{tmp_path}/My Orders [v1]' orders-platform tables" in said
    assert f"up --home '{tmp_path}/My Orders [v1]'" in said


def _said(show: Callable[[Console], None]) -> str:
    console = Console(width=120, file=io.StringIO(), record=True)
    show(console)
    return console.export_text()
