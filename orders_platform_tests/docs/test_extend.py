"""The guide for those who change the tables, followed word by word in a copy of the repository."""

import json
from pathlib import Path

import pytest
from deltalake import DeltaTable, Field
from deltalake.schema import PrimitiveType

from orders_platform_tests import invariants
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.docs.conftest import Terminal
from orders_platform_tests.docs.followed import Copy, Edit, steps
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.docs.test_commands import exports
from orders_platform_tests.oracle import lake as tables

GUIDE = Markdown.read("docs/en/extend.md")
TABLE, RULE, FIELD, PAST = "Add a gold table", "Add a rule", "Add a field to the contract", "Fill the past"
TOLD_BY_DAGSTER = """
import json, dagster as dg
from orders_platform.definitions import defs
spec = next(each for each in defs.resolve_all_asset_specs() if each.key == dg.AssetKey(["gold", "daily_customers"]))
lineage = spec.metadata["dagster/column_lineage"].deps_by_column
print(json.dumps({
    "from": [dep.asset_key.to_user_string() for dep in spec.deps],
    "customers": sorted(f"{dep.asset_key.to_user_string()} {dep.column_name}" for dep in lineage["customers"]),
    "code": spec.metadata["dagster/code_references"].code_references[0].label,
}))
"""


def section(title: str) -> list[Edit | str]:
    """What a section of the guide has its reader do."""
    _, text = GUIDE.text.split(f"\n## {title}\n")
    return steps(Markdown(GUIDE.path, text.partition("\n## ")[0]))


def scripts(title: str, program: str) -> list[str]:
    """A section's lines for the shell that call a program."""
    typed = [step for step in section(title) if isinstance(step, str)]
    return [line for script in typed for line in script.splitlines() if line.startswith(f"{program} ")]


FOLLOWED = [one for title in (TABLE, RULE, FIELD, PAST) for one in scripts(title, "orders-platform")]


def test_both_languages_have_the_same_code() -> None:
    portuguese = Markdown.read("docs/pt-BR/extend.md")

    assert [block[1:] for block in portuguese.blocks] == [block[1:] for block in GUIDE.blocks]


def test_every_block_of_code_goes_somewhere() -> None:
    made = [step for title in (TABLE, RULE, FIELD) for step in section(title) if isinstance(step, Edit)]

    assert len(made) == len([language for _, language, _ in GUIDE.blocks if language in {"python", "text", "json"}])


def test_the_table_is_an_asset_with_its_lineage_and_keeps_to_the_style(tmp_path: Path) -> None:
    copy = Copy.of_the_repository(tmp_path / "copy")

    copy.follow([*(step for step in section(TABLE) if isinstance(step, Edit)), *scripts(TABLE, "ruff")])

    assert json.loads(copy.python(TOLD_BY_DAGSTER)) == {
        "from": ["silver/order_events"],
        "customers": ["silver/order_events customer_ref", "silver/order_events kind"],
        "code": "daily_customers",
    }


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_the_table_passes_its_tests_and_the_next_pass_fills_it(walked: Terminal, tmp_path: Path) -> None:
    copy = Copy.of_the_repository(tmp_path / "copy")
    *steps_here, in_a_terminal = section(TABLE)
    copy.follow(steps_here)

    done = walked.run(f"export PYTHONPATH={copy.folder}\n{exports()}\n{in_a_terminal}")

    assert done.returncode == 0, done.stdout + done.stderr
    rows = tables.rows(walked.lake, "gold.daily_customers")
    assert [(row["customers"], row["known_orders"], row["unknown_orders"]) for row in rows] == [(1, 1, 0)]


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_rule_and_field_pass_their_tests_and_reach_tables_that_are_there(walked: Terminal, tmp_path: Path) -> None:
    copy = Copy.of_the_repository(tmp_path / "copy")
    copy.follow([*section(RULE), *section(FIELD)])
    for table in ("order_events", "orders"):
        DeltaTable(walked.lake / "silver" / table).alter.add_columns([Field("channel", PrimitiveType("string"))])
    (walked.folder / "new.jsonl").write_bytes(body(an_event("by-web", channel="web", country="")))

    done = walked.run(
        f"export PYTHONPATH={copy.folder}\n{exports()}\norders-platform publish new.jsonl\norders-platform pass --json"
    )

    assert done.returncode == 0, done.stdout + done.stderr
    orders = {row["order_id"]: row for row in tables.rows(walked.lake, "silver.orders")}
    assert {row["channel"] for row in orders.values()} == {None, "web"}
    assert orders["by-web"]["channel"] == "web"
    events = tables.rows(walked.lake, "silver.order_events")
    assert [row["warnings"] for row in events if row["order_id"] == "by-web"] == [["country_given"]]


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_silver_and_gold_from_scratch_are_what_they_were(walked: Terminal) -> None:
    before = gold(walked)

    [script] = section(PAST)
    done = walked.run(f"{exports()}\n{script}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert gold(walked) == before
    assert invariants.check_all(walked.lake) == []


def gold(walked: Terminal) -> dict[str, str]:
    """Fingerprints of the gold tables' rows."""
    return {table: stand.digest for table, stand in invariants.standing(walked.lake).items() if table.startswith("gold.")}
