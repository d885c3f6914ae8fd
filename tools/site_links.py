"""Links of the documents, made to work in the site: to code, to records, and to a page's other language.

The documents are read in the repository, too, where `../../orders_platform/...` is a link like any other. The site takes along
each file of the tree that a page names, as text; the theme leads to the other language, so the line that does so is left out.
"""

import logging
import os
import re
import shutil
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

ROOT = Path(__file__).resolve().parents[1]
_OTHER_LANGUAGE = re.compile(r"^\[(?:Em português|In English)\]\([^)]*\)\n", re.MULTILINE)
_OUTSIDE = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)#\s]+)(#[^)\s]*)?\)")
_LOG = logging.getLogger("mkdocs.site_links")
_named: set[Path] = set()


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: object) -> str:
    """A page's text, its links out of its language's folder led to what the site has of them."""
    folder = Path(config.docs_dir, page.file.src_uri).parent
    language = Path(config.docs_dir, page.file.src_uri.split("/")[0])

    def led(link: re.Match[str]) -> str:
        words, target, anchor = link[1], Path(os.path.normpath(folder / link[2])), link[3] or ""
        return link[0] if target.is_relative_to(language) else _link(words, target, anchor, page)

    return _OUTSIDE.sub(led, _OTHER_LANGUAGE.sub("", markdown))


def on_post_build(config: MkDocsConfig, **_: object) -> None:
    """Take along the files that pages named."""
    for path in sorted(_named):
        copy = Path(config.site_dir, _place(path))
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _link(words: str, target: Path, anchor: str, page: Page) -> str:
    """HTML: MkDocs would look for the target among its own pages. A folder has none: its words stay."""
    if not target.exists():
        _LOG.warning("%s leads to %s, which is not there", page.file.src_uri, target.relative_to(ROOT))
    if not target.is_file():
        return words
    _named.add(target)
    return f'<a href="{get_relative_url(_place(target), page.url)}{anchor}">{words}</a>'


def _place(path: Path) -> str:
    """Where a file of the tree is in the site; as .txt, so that a browser shows it."""
    return f"tree/{path.relative_to(ROOT).as_posix()}.txt"
