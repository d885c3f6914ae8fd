"""Guides for those who run the lake: both languages alike, and no command that would not be taken, or does not end well."""

import pytest

from orders_platform_tests import invariants
from orders_platform_tests.docs.command_line import is_taken
from orders_platform_tests.docs.conftest import Terminal
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.docs.test_commands import exports
from orders_platform_tests.lakehouse.pipelines.parity import disparities, of_passes, of_the_pipeline

PAGES = [
    "restore.md",
    "rebuild.md",
    "pipeline.md",
    "alerts.md",
    "quarantine.md",
    "extend.md",
    "azure.md",
    "index.md",
    "design.md",
    "pm.md",
    "room.md",
    "scale.md",
]
EACH = pytest.mark.parametrize("page", PAGES)


def read(page: str) -> tuple[Markdown, Markdown]:
    """In English and in Portuguese."""
    return Markdown.read(f"docs/en/{page}"), Markdown.read(f"docs/pt-BR/{page}")


@EACH
def test_both_languages_say_the_same(page: str) -> None:
    english, portuguese = read(page)

    assert english.headings == portuguese.headings
    assert english.scripts == portuguese.scripts
    assert english.inline_commands == portuguese.inline_commands
    assert len(english.rows) == len(portuguese.rows)


@EACH
def test_every_command_is_taken_as_it_is_written(page: str) -> None:
    english, _ = read(page)

    assert [command for command in (*english.shell_commands, *english.inline_commands) if not is_taken(command)] == []


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_the_rebuild_as_the_guide_tells_it_ends_in_the_same_figures(walked: Terminal) -> None:
    """All its scripts, one after another; `lakehouse/test_restore.py` types the other guide's."""
    english, _ = read("rebuild.md")

    done = walked.run("\n".join((exports(), *english.scripts)))

    assert done.returncode == 0, done.stdout + done.stderr
    assert invariants.check_all(walked.lake) == invariants.check_all(walked.folder / "fresh") == []


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_the_pipeline_as_its_guide_tells_it_makes_the_gold_of_the_pass(walked: Terminal) -> None:
    english, _ = read("pipeline.md")

    done = walked.run("\n".join((exports(), *english.scripts)))

    assert done.returncode == 0, done.stdout + done.stderr
    made = walked.folder / ".orders" / "pipeline"
    assert disparities(of_passes(walked.lake), of_the_pipeline(made)) == []


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_what_was_set_aside_is_let_back_in_as_the_guide_tells_it(walked: Terminal) -> None:
    english, _ = read("quarantine.md")

    done = walked.run("\n".join((exports(), *english.scripts)))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 selected, 1 let in, 0 duplicates, 0 stay" in done.stdout.splitlines()
    assert invariants.check_all(walked.lake) == []
