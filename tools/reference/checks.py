"""The checks of every table, and the incident that each one's failure opens."""

from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.checks import BACKUP_CHECKS, BACKUP_LOOK, CHECKS, CheckSpec
from orders_platform.orchestration.alerting.topics import of_check
from tools.reference.language import ENGLISH, Language
from tools.reference.markdown import code, page, table

_LEAD = (
    "What Dagster shows at each table. A blocking check holds back what is made from its table; one that warns is shown, and "
    "nothing waits for it. The last column leads to what people are told, and what to do."
)
_HEADS = ("table", "check", "means", "when it fails", "alert")
_IN_PORTUGUESE = {rule.meaning_en: rule.meaning_pt for rule in RULES}


def render(language: Language) -> str:
    """The page."""
    every = (*CHECKS, *BACKUP_CHECKS, *BACKUP_LOOK)
    return page(language, "Checks and their alerts", _LEAD, table(language, _HEADS, (_row(language, check) for check in every)))


def _row(language: Language, check: CheckSpec) -> tuple[str, ...]:
    topic = of_check(f"{check.table} {check.name}")
    effect = "holds back" if check.blocking else "warns" if check.warn_only else "fails"
    link = f"[{topic.page}](../alerts.md#{topic.page})"
    return code(check.table), code(check.name), _meaning(language, check), language.say(effect), link


def _meaning(language: Language, check: CheckSpec) -> str:
    """A rule's own words in Portuguese; of any other check, those of the translation."""
    if language is not ENGLISH and check.meaning in _IN_PORTUGUESE:
        return _IN_PORTUGUESE[check.meaning]
    return language.say(check.meaning)
