"""Which pages there are."""

from tools.reference import checks, commands, contract, decisions, metrics, rules, tables
from tools.reference.language import Language

_PAGES = (commands, tables, rules, checks, contract, metrics, decisions)


def pages(language: Language) -> dict[str, str]:
    """Every page by its file's name. Raises NotTranslated."""
    return {f"{module.__name__.rpartition('.')[2]}.md": module.render(language) for module in _PAGES}
