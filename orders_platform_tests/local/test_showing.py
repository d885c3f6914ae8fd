"""What people read at the end of the demo."""

import io
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from orders_platform.lakehouse.report import CheckResult
from orders_platform.local.showing import checks_of, show_layers, show_next
from orders_platform_tests.orchestration.fakes import a_report

PASSED = CheckResult("rows_add_up", passed=True, blocking=True)
FAILED = CheckResult("key_unique", passed=False)
WARNING = CheckResult("customer_known", passed=False, warn_only=True)


def test_failed_checks_and_warnings_are_told_apart_by_name() -> None:
    """A warning is no failure: the demo ends well with it."""
    assert checks_of(a_report("silver.orders", checks=(PASSED, FAILED, WARNING))) == (
        "[green]1 passed[/], [red]failed: key_unique[/], [yellow]warns: customer_known[/]"
    )


def test_layers_stand_from_bronze_to_gold_whatever_was_done_first() -> None:
    """Gold tables are filled side by side."""
    said = _said(
        lambda console: show_layers(console, [a_report("gold.daily_sales"), a_report("bronze.order_events", row_count=None)])
    )

    assert said.index("bronze.order_events") < said.index("gold.daily_sales")


def test_where_to_look_next_names_the_home(tmp_path: Path) -> None:
    """Commands that can be pasted."""
    assert f"orders-platform up --home {tmp_path}" in _said(lambda console: show_next(console, tmp_path))


def test_a_home_of_any_name_can_be_pasted(tmp_path: Path) -> None:
    """A shell takes blanks apart, and a terminal's colours stand in brackets."""
    said = _said(lambda console: show_next(console, tmp_path / "My Orders [v1]"))

    assert f"ORDERS_HOME='{tmp_path}/My Orders [v1]' orders-platform tables" in said
    assert f"up --home '{tmp_path}/My Orders [v1]'" in said


def _said(show: Callable[[Console], None]) -> str:
    console = Console(width=120, file=io.StringIO(), record=True)
    show(console)
    return console.export_text()
