"""What checks said over time, as `sql` shows it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orders_platform.cli import app
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.report import CheckResult
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
