"""The languages of the page, and which of them somebody is shown."""

from typing import Final

from orders_platform.serving.english import ENGLISH_WORDS
from orders_platform.serving.portuguese import PORTUGUESE_WORDS

LANGUAGES: Final = {"en": ENGLISH_WORDS, "pt-BR": PORTUGUESE_WORDS}


def language_of(asked: str | None) -> str:
    """The language that is asked for, as browsers name them; English where it is none of ours."""
    return "pt-BR" if (asked or "").lower().startswith("pt") else "en"
