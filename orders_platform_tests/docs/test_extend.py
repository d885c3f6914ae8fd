"""The guide for those who change the tables, followed word by word in a copy of the repository."""

import json
from pathlib import Path

import pytest

from orders_platform_tests import invariants
from orders_platform_tests.docs.conftest import Terminal
from orders_platform_tests.docs.followed import Copy, Edit, steps
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.docs.test_commands import exports
from orders_platform_tests.oracle import lake as tables

GUIDE = Markdown.read("docs/en/extend.md")
TABLE, RULE, FIELD = "Add a gold table", "Add a rule", "Add a field to the contract"
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


def edited(folder: Path, *titles: str) -> Copy:
    """A copy in which all edits of the sections are made."""
    copy = Copy.of_the_repository(folder)
    for step in (step for title in titles for step in section(title)):
        if isinstance(step, Edit):
            step.make(copy.folder)
    return copy


def typed(title: str, program: str) -> list[list[str]]:
    """What a section has its reader type of a program."""
    scripts = [step for step in section(title) if isinstance(step, str)]
    return [line.split() for script in scripts for line in script.splitlines() if line.startswith(f"{program} ")]


def test_both_languages_have_the_same_code() -> None:
    portuguese = Markdown.read("docs/pt-BR/extend.md")

    assert [block[1:] for block in portuguese.blocks] == [block[1:] for block in GUIDE.blocks]


def test_every_block_of_code_goes_somewhere() -> None:
    made = [step for title in (TABLE, RULE, FIELD) for step in section(title) if isinstance(step, Edit)]

    assert len(made) == len([language for _, language, _ in GUIDE.blocks if language in {"python", "text", "json"}])


def test_the_table_is_an_asset_with_its_lineage_and_keeps_to_the_style(tmp_path: Path) -> None:
    copy = edited(tmp_path / "copy", TABLE)

    for words in typed(TABLE, "ruff"):
        copy.run(*words)

    assert json.loads(copy.python(TOLD_BY_DAGSTER)) == {
        "from": ["silver/order_events"],
        "customers": ["silver/order_events customer_ref", "silver/order_events kind"],
        "code": "daily_customers",
    }


@pytest.mark.integration
@pytest.mark.long
def test_the_rule_and_the_field_pass_the_tests_that_the_guide_names(tmp_path: Path) -> None:
    copy = edited(tmp_path / "copy", TABLE, RULE, FIELD)

    for words in (*typed(TABLE, "ruff"), *typed(RULE, "pytest"), *typed(FIELD, "pytest")):
        copy.run(*words)


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_the_table_passes_its_tests_and_is_filled_by_the_next_pass(walked: Terminal, tmp_path: Path) -> None:
    copy = edited(tmp_path / "copy", TABLE)
    for words in (*typed(TABLE, "ruff"), *typed(TABLE, "pytest")):
        copy.run(*words)

    done = walked.run(f"export PYTHONPATH={copy.folder}\n{exports()}\n{section(TABLE)[-1]}")

    assert done.returncode == 0, done.stdout + done.stderr
    rows = tables.rows(walked.lake, "gold.daily_customers")
    assert [(row["customers"], row["known_orders"], row["unknown_orders"]) for row in rows] == [(1, 1, 0)]


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_silver_and_gold_from_scratch_are_what_they_were(walked: Terminal) -> None:
    before = {table: stand.digest for table, stand in invariants.standing(walked.lake).items()}

    [script] = section("Fill the past")
    done = walked.run(f"{exports()}\n{script}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert invariants.check_all(walked.lake) == []
    assert before.keys() == invariants.standing(walked.lake).keys()
