"""`sql`: what checks said over time, data as it stands, and one SELECT over the lake alone."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orders_platform.cli import app
from orders_platform.errors import InputError
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.report import CheckResult
from orders_platform.terminal import printable
from orders_platform_tests.orchestration.fakes import a_report
from orders_platform_tests.small_lake import write

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


@pytest.mark.parametrize("country", ["[/red]", ":x:", "\x1b[31mUK", "a\x00b", "\x9b2J", "\u202eKU"])
def test_a_query_shows_data_as_it_stands_and_steers_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, country: str
) -> None:
    monkeypatch.setenv("ORDERS_LAKE", str(tmp_path / "lake"))
    write(tmp_path / "lake", "gold.daily_sales", [{"order_date": date(2026, 1, 5), "country": country, "currency": "GBP"}])

    found = CliRunner().invoke(app, ["sql", "select country from gold.daily_sales"])

    assert found.exit_code == 0
    assert printable(country) in found.stdout
    assert found.stdout == printable(found.stdout)


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to '{file}'",
        "select * from read_text('{file}')",
        "select * from '{file}'",
        "select * from glob('{file}')",
        "attach '{file}.db'",
        "install httpfs",
        "set enable_external_access = true",
        "select 1; select 2",
        "drop table ops.audit",
        "insert into ops.audit (id) values ('x')",
        "explain analyze copy (select 1) to '{file}'",
        "select * from rows",
        "",
    ],
)
def test_a_query_reads_the_lake_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.setenv("ORDERS_LAKE", str(tmp_path / "lake"))
    secret = tmp_path / "secret.csv"
    secret.write_text("key")

    found = CliRunner().invoke(app, ["sql", query.format(file=secret)])

    assert isinstance(found.exception, InputError)
    assert secret.read_text() == "key"
    assert sorted(tmp_path.iterdir()) == [secret]


@pytest.mark.parametrize(
    "query", ["with a as (select 1 n) select n from a", "from ops.audit", "describe ops.audit", "select 1 n; -- x"]
)
def test_every_form_of_one_select_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.setenv("ORDERS_LAKE", str(tmp_path / "lake"))

    assert CliRunner().invoke(app, ["sql", query]).exit_code == 0
