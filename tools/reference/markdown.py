"""The few shapes that the pages are made of."""

from collections.abc import Iterable, Sequence

from tools.reference.language import Language

NOTE = "Made out of the code by `python -m tools.reference`; not edited by hand."


def page(language: Language, title: str, lead: str, *blocks: str) -> str:
    """A page: heading, what it is, its blocks with a blank line between them."""
    return "\n\n".join((f"# {language.say(title)}", language.say(NOTE), language.say(lead), *blocks)) + "\n"


def table(language: Language, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the heads are translated, the cells come as they shall stand."""
    lines = (_line([language.say(head) for head in heads]), "|---" * len(heads) + "|", *(_line(row) for row in rows))
    return "\n".join(lines)


def code(text: str) -> str:
    """Between backticks; nothing where there is nothing."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Several, with commas."""
    return ", ".join(map(code, texts))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
