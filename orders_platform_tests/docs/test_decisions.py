"""Decisions and changelog keep their form."""

import re
import tomllib

import pytest

from orders_platform_tests.docs.markdown import ROOT, Markdown

DECISIONS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "decisions").glob("*.md"))
PARTS = ["## Context", "## Decision", "## Consequences", "## Alternatives weighed"]


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(name.rpartition("/")[2][:4]) for name in DECISIONS]

    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_one_page_with_its_parts(name: str) -> None:
    told = Markdown.read(name)

    assert told.lines[0].startswith(f"# {name.rpartition('/')[2][:4]}. ")
    assert re.match(r"(Accepted|Superseded by .+), [A-Z][a-z]+ \d{4}\.$", told.lines[2])
    assert [line for line in told.lines if line.startswith("## ")] == PARTS
    assert len(told.lines) <= 60


def test_the_changelog_tells_of_this_version_first() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    versions = re.findall(
        r"^## \[([\d.]+)\] - (?:Unreleased|\d{4}-\d{2}-\d{2})$", Markdown.read("CHANGELOG.md").text, re.MULTILINE
    )

    assert versions[0] == version
