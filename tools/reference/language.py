"""A page's language. The code's own texts are English; what they are in Portuguese stands in pt-BR.json, each once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class NotTranslated(LookupError):
    """A text of the code that has no translation yet; the message says which, and where it belongs."""


@dataclass(frozen=True, slots=True)
class Language:
    """How a reader is spoken to.

    Attributes:
        folder: of this language's pages, under docs/.
        words: what each English text is in it; None: it stays as it is.
    """

    folder: str
    words: Mapping[str, str] | None = None

    def say(self, text: str) -> str:
        """`text` in this language. Raises NotTranslated."""
        if self.words is None or not text:
            return text
        try:
            return self.words[text]
        except KeyError as missing:
            raise NotTranslated(f"tools/reference/pt-BR.json has no line for {text!r}: add it") from missing


ENGLISH = Language("en")
PORTUGUESE = Language("pt-BR", json.loads(Path(__file__).with_name("pt-BR.json").read_text(encoding="utf-8")))
