"""What checks said over time, as `sql` shows it; a day of gold that differs from its events is named."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from delta.tables import DeltaTable
from typer.testing import CliRunner

from orders_platform.cli import app
from orders_platform.lakehouse import checking, ledger
from orders_platform.lakehouse.gold.table import DAILY_SALES
from orders_platform.lakehouse.report import CheckResult
from orders_platform_tests.lakehouse.filled import FIRST_DAY, SECOND_DAY, Filled
from orders_platform_tests.orchestration.fakes import a_report

BREACHES = (
    "select pass_id, passed, cast(figures->>'count' as int) n from ops.checks where check_name = 'total_matches' order by 1"
)


def test_a_rules_breaches_are_told_pass_by_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = str(tmp_path / "lake")
    monkeypatch.setenv("ORDERS_LAKE", lake)
    for name, count in (("p1", 0), ("p2", 3)):
        check = CheckResult("total_matches", passed=not count, warn_only=True, metadata={"count": count})
        ledger.write(lake, name, [a_report("silver.order_events", pass_id=name, checks=(check,))], started_at=datetime.now(UTC))

    found = CliRunner().invoke(app, ["sql", "--json", BREACHES])

    assert json.loads(found.stdout) == [{"pass_id": "p1", "passed": True, "n": 0}, {"pass_id": "p2", "passed": False, "n": 3}]


@pytest.mark.spark
@pytest.mark.faults
def test_a_day_of_gold_that_differs_from_its_events_is_named(filled: Filled, tmp_path: Path) -> None:
    """What one day has too much and another too little would stand even in their sum."""
    lake = filled.copy(tmp_path / "lake")
    gold = DeltaTable.forName(lake.spark, lake.name(DAILY_SALES))
    well = {check.name: check for check in checking.after_events(lake, DAILY_SALES, "true")}
    gold.update(f"order_date = date'{FIRST_DAY}'", {"orders": "orders + 1"})
    gold.update(f"order_date = date'{SECOND_DAY}'", {"orders": "orders - 1"})
    ill = {check.name: check for check in checking.after_events(lake, DAILY_SALES, "true")}

    assert well["agrees_with_events"].passed
    broken = ill["agrees_with_events"]
    assert (broken.passed, broken.blocking, broken.metadata["days_differing"]) == (False, True, 2)
    assert [sentence[:10] for sentence in _sample(broken)] == [FIRST_DAY, SECOND_DAY]


def _sample(check: CheckResult) -> list[str]:
    told = check.metadata["sample"]
    assert isinstance(told, list)
    return told
