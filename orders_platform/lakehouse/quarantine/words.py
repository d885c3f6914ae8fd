"""Reasons in words: what each rule demands, and what to do about a message that broke it, in English and Portuguese."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.quarantine.repairs import REPAIRS

LANGUAGES = ENGLISH, PORTUGUESE = "en", "pt-BR"
_BY_NAME: Final = {rule.name: rule for rule in RULES}
_REPAIR: Final = {
    ENGLISH: "Release it with --repair {name}: {meaning}",
    PORTUGUESE: "Libere com --repair {name}: {meaning}",
}
_FIRST_STANDS: Final = {
    ENGLISH: "The order stands as the first body says. If this one is right, let the squad send the order's next version.",
    PORTUGUESE: "O pedido vale como diz o primeiro corpo. Se este é o certo, a squad envia a próxima versão do pedido.",
}
_BY_HAND: Final = {
    ENGLISH: "Let the squad send the order's next version; or release this one with --body FILE, a corrected body.",
    PORTUGUESE: "A squad envia a próxima versão do pedido; ou libere esta com --body FILE, um corpo corrigido.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that a message broke, as a reader is told of it."""

    rule: str
    demands: str
    to_do: str


def told(rules: Iterable[str], language: str = ENGLISH) -> tuple[Reason, ...]:
    """Each in the given language; a rule that is no longer on the list is told by its name."""
    return tuple(Reason(name, _demands(name, language), _to_do(name, language)) for name in rules)


def _demands(name: str, language: str) -> str:
    rule = _BY_NAME.get(name)
    if rule is None:
        return name
    return rule.meaning_pt if language == PORTUGUESE else rule.meaning_en


def _to_do(name: str, language: str) -> str:
    for repair in REPAIRS.values():
        if name in repair.rules:
            meaning = repair.meaning_pt if language == PORTUGUESE else repair.meaning_en
            return _REPAIR[language].format(name=repair.name, meaning=meaning)
    return (_FIRST_STANDS if name == "same_id_same_body" else _BY_HAND)[language]
