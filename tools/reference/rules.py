"""The quality rules, as the contract's list has them."""

from orders_platform.contracts.rules import RULES, Rule
from tools.reference.language import ENGLISH, Language
from tools.reference.markdown import code, page, table

_LEAD = (
    "What must be true of a message. The same list splits silver, is Dagster's checks, and is the declarative pipeline's "
    "expectations. What breaks a rule of severity error waits in quarantine; the rest goes on."
)


def render(language: Language) -> str:
    """The page."""
    return page(
        language, "Quality rules", _LEAD, table(language, ("rule", "means", "severity"), (_row(language, rule) for rule in RULES))
    )


def _row(language: Language, rule: Rule) -> tuple[str, ...]:
    meaning = rule.meaning_en if language is ENGLISH else rule.meaning_pt
    return code(rule.name), meaning, language.say(rule.severity)
