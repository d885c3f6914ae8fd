"""What a check or a rule demands, in the page's languages; the rules say it themselves."""

from typing import Final

from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.checks import CHECKS

_CHECKS_PT: Final = {
    "positions_complete": "O que foi gravado são todas as posições entre os fins antigos e os novos.",
    "rows_add_up": "As contagens fecham: nada foi gravado além do que entrou.",
    "backup_whole": "Nada do que veio pelo caminho do Blob teve de ser separado.",
    "event_id_unique": "Nenhum evento de um pedido tocado aparece duas vezes.",
    "quarantine_rate": "No máximo uma mensagem em cem foi separada.",
    "order_id_unique": "Nenhum pedido aparece duas vezes.",
    "version_gaps": "Todas as versões de cada pedido, até a mais alta, foram vistas.",
    "agrees_with_events": "Pedidos e dinheiro são iguais a uma recontagem de silver.order_events.",
    "key_unique": "Nenhuma chave aparece duas vezes na parte gravada da tabela.",
    "price_usual": "O preço de nenhum produto mudou por um fator maior que cinco.",
}
_MEANINGS: Final = {
    "en": {check.name: check.meaning for check in CHECKS} | {rule.name: rule.meaning_en for rule in RULES},
    "pt-BR": {rule.name: rule.meaning_pt for rule in RULES} | _CHECKS_PT,
}


_TOPICS_PT: Final = {
    "progress": "Os pedidos não chegam às tabelas",
    "quarantine": "Mensagens são separadas",
    "relay": "Eventos esperam na outbox da squad",
    "watch": "Algo não pode ser observado",
}
_KINDS_PT: Final = {
    "check": "O check {name} falha",
    "job": "O job {name} falha",
    "sensor": "O sensor {name} falha",
    "schedule": "O agendamento {name} falha",
}


def incident_title(topic: str, title: str, language: str) -> str:
    """What an incident is about; as the alerts say it where the language has no word for it."""
    if language == "en":
        return title
    kind, _, name = topic.partition(" ")
    return _KINDS_PT[kind].format(name=name) if name and kind in _KINDS_PT else _TOPICS_PT.get(topic, title)


def meaning(name: str, language: str) -> str:
    """What a check or a rule demands; nothing where it is not known here."""
    return _MEANINGS[language].get(name, "")
