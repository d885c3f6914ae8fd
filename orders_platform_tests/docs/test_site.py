"""The documents as a site: each page in both languages, every link leads somewhere, what is made out of the code is current."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orders_platform_tests.docs.markdown import ROOT, Markdown
from tools.reference.language import ENGLISH, PORTUGUESE, Language, NotTranslated
from tools.reference.pages import pages

LANGUAGES = pytest.mark.parametrize("language", [ENGLISH, PORTUGUESE], ids=lambda language: language.folder)
GENERATED = sorted(pages(ENGLISH))


def told(folder: str) -> list[str]:
    """The pages of a language."""
    top = ROOT / "docs" / folder
    return sorted(path.relative_to(top).as_posix() for path in top.rglob("*.md"))


def test_every_page_is_in_both_languages() -> None:
    assert told("en") == told("pt-BR")


@pytest.mark.parametrize("page", told("en"))
def test_both_languages_have_the_same_parts(page: str) -> None:
    english, portuguese = Markdown.read(f"docs/en/{page}"), Markdown.read(f"docs/pt-BR/{page}")

    assert english.headings == portuguese.headings
    assert english.scripts == portuguese.scripts
    assert english.inline_commands == portuguese.inline_commands
    assert len(english.rows) == len(portuguese.rows)


@LANGUAGES
@pytest.mark.parametrize("page", GENERATED)
def test_the_reference_is_what_the_code_says_now(language: Language, page: str) -> None:
    """Red? `make docs` makes the pages again."""
    assert Markdown.read(f"docs/{language.folder}/reference/{page}").text == pages(language)[page]


def test_a_text_without_translation_is_named() -> None:
    with pytest.raises(NotTranslated, match=r"pt-BR\.json has no line for 'a new column'"):
        PORTUGUESE.say("a new column")


def test_no_translation_is_left_over() -> None:
    used: set[str] = set()

    class Noting(dict[str, str]):
        def __getitem__(self, text: str) -> str:
            used.add(text)
            return super().__getitem__(text)

    words = PORTUGUESE.words or {}
    pages(Language("pt-BR", Noting(words)))

    assert sorted(set(words) - used) == []


def test_the_site_is_built_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    # what is wrong in a language after the first does not fail the build
    assert [line for line in built.stderr.splitlines() if line.startswith(("WARNING", "ERROR"))] == []
    assert built.returncode == 0
    assert (tmp_path / "pt-BR" / "reference" / "tables.html").is_file()
