"""Both READMEs: short, alike, complete, and right about what is in the tree."""

import ast
import re
import subprocess

import pytest

from orders_platform_tests.docs.command_line import is_taken, targets, verbs
from orders_platform_tests.docs.markdown import ROOT, Markdown

ENGLISH, PORTUGUESE = "README.md", "README.pt-BR.md"
BOTH = pytest.mark.parametrize("name", [ENGLISH, PORTUGUESE])
SETTING = re.compile(r"\bORDERS_[A-Z]+(?:_[A-Z]+)*\b")
DOCUMENTS = sorted(
    subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
)


@BOTH
def test_readme_is_short(name: str) -> None:
    assert len(Markdown.read(name).lines) <= 150


@BOTH
def test_the_picture_shows_the_tables_of_the_asset_graph(name: str) -> None:
    from orders_platform.definitions import defs

    layers = ("bronze", "silver", "gold")
    graph = {".".join(key.path) for key in defs.resolve_asset_graph().get_all_asset_keys() if key.path[0] in layers}
    picture = Markdown.read(name).text.split("```text\n")[1].split("```")[0]

    assert set(re.findall(rf"\b(?:{'|'.join(layers)})\.\w+", picture)) == graph


def test_languages_have_the_same_shape() -> None:
    """Whoever adds a section, a row or a command in one language adds it in the other."""
    english, portuguese = Markdown.read(ENGLISH), Markdown.read(PORTUGUESE)

    assert english.headings == portuguese.headings
    assert len(english.rows) == len(portuguese.rows)
    translated = {link.replace("docs/pt-BR/", "docs/en/") for link in portuguese.links}
    assert set(english.links) - {PORTUGUESE} == translated - {ENGLISH}


def test_languages_have_the_same_commands() -> None:
    english, portuguese = Markdown.read(ENGLISH), Markdown.read(PORTUGUESE)

    assert english.scripts == portuguese.scripts
    assert english.inline_commands == portuguese.inline_commands


@BOTH
def test_every_command_is_taken_as_it_is_written(name: str) -> None:
    told = Markdown.read(name)

    refused = [command for command in (*told.shell_commands, *told.inline_commands) if not is_taken(command)]

    assert refused == []


@BOTH
def test_every_verb_and_target_is_told(name: str) -> None:
    """Those that only serve the development of the platform are told by `make help`."""
    told = " ".join((*Markdown.read(name).shell_commands, *Markdown.read(name).inline_commands))

    assert [verb for verb in verbs() if f"orders-platform {verb}" not in told] == []
    assert [target for target in targets() if f"make {target}" not in told] == ["setup", "lock", "clean"]


@pytest.mark.parametrize("page", ["docs/en/settings.md", "docs/pt-BR/settings.md"])
def test_every_setting_is_told_and_none_that_nobody_reads(page: str) -> None:
    package = ROOT / "orders_platform"
    readers = (*package.glob("*settings.py"), package / "trading.py")
    read = {name for reader in readers for name in SETTING.findall(reader.read_text())}

    assert set(SETTING.findall(Markdown.read(page).text)) == read


@BOTH
def test_every_promise_names_tests_that_are_there(name: str) -> None:
    told = Markdown.read(name)

    missing = [f"{file}::{function}" for file, function in told.tests if function not in _functions(file)]

    assert missing == []
    assert _promises(told) == ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    told = Markdown.read(name)

    assert [link for link in told.links if not (told.path.parent / link).exists()] == []


@BOTH
def test_every_folder_that_is_told_is_there(name: str) -> None:
    """A link may lead to a folder that only holds what tools left behind; git knows."""
    folders = [link for link in Markdown.read(name).links if link.endswith("/")]

    tracked = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [folder for folder in folders if folder not in tracked] == []


def _functions(file: str) -> set[str]:
    path = ROOT / "orders_platform_tests" / file
    return (
        {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)} if path.exists() else set()
    )


def _promises(told: Markdown) -> list[str]:
    """The promises that have a test in their row."""
    return [row[2:4] for row in told.rows if re.match(r"\| I\d .*::test_", row)]
