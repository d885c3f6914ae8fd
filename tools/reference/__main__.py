"""Write the reference pages of both languages into docs/, where they are kept with the rest."""

from pathlib import Path

from tools.reference.language import ENGLISH, PORTUGUESE
from tools.reference.pages import pages

DOCS = Path(__file__).resolve().parents[2] / "docs"

if __name__ == "__main__":
    for language in (ENGLISH, PORTUGUESE):
        for name, text in pages(language).items():
            path = DOCS / language.folder / "reference" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
