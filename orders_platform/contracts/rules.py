"""The quality rules, declared once: silver's split, Dagster's checks, the declarative pipeline and the documents read this list.

A message is judged step by step, so that its reasons name the fault and not its echoes: the rules on an event's content hold
for a body that is not well formed or of another type, a rule on a field holds where the field is missing (`schema_complete`
tells that), and the rules on lines hold where there are none (`lines_present`) or where a line misses a field.
"""

from dataclasses import dataclass
from typing import Literal

from orders_platform.contracts.currencies import CURRENCIES
from orders_platform.contracts.spelling import UNPLAIN_PATTERN

SPEC_VERSION = "1.0"
EVENT_TYPE = "orders.order-changed.v1"
EVENT_SOURCE = "/orders"
KINDS = ("sale", "cancellation")
STATUSES = ("placed", "paid", "shipped", "cancelled")
MAX_BODY_BYTES = 900_000
# Far above any real order, and so far below 64 bits that no day's sums can leave them.
MAX_QUANTITY = 10**9
MAX_PRICE_MINOR = 10**12
MAX_TOTAL_MINOR = 10**14
EARLIEST = "2000-01-01T00:00:00Z"
LATEST = "2100-01-01T00:00:00Z"

Severity = Literal["error", "warn"]
Action = Literal["quarantine", "warn"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must be true of a message.

    Attributes:
        name: how reports, reasons and checks call it.
        meaning_en: what it demands.
        meaning_pt: the same in Portuguese.
        expression: Spark SQL, true where the rule holds and never null; None where only the tables' state can tell.
        severity: "error" sets the message aside, "warn" lets it pass.
        action: what happens to a message that breaks it.
    """

    name: str
    meaning_en: str
    meaning_pt: str
    expression: str | None
    severity: Severity = "error"
    action: Action = "quarantine"


def _texts(words: tuple[str, ...] | frozenset[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_KNOWN_TYPE = (
    f"coalesce(event.specversion = '{SPEC_VERSION}' and event.type = '{EVENT_TYPE}' and event.source = '{EVENT_SOURCE}', false)"
)
_READABLE = f"coalesce(well_formed, false) and {_KNOWN_TYPE}"
_REQUIRED = (
    "event.id", "event.subject", "event.partitionkey", "event.time",
    "event.data.order_id", "event.data.order_version", "event.data.kind", "event.data.status", "event.data.placed_at",
    "event.data.occurred_at", "event.data.country", "event.data.currency", "event.data.lines", "event.data.total_minor",
)  # fmt: skip


def _event_rule(expression: str) -> str:
    """Judged on every readable event; a missing field is left to `schema_complete`."""
    return f"not ({_READABLE}) or coalesce({expression}, true)"


def _lines_rule(expression: str) -> str:
    """Judged where there are lines and each has all its fields."""
    return (
        f"not ({_READABLE}) or coalesce(line_count, 0) < 1 or coalesce(null_line_fields, 0) > 0 or coalesce({expression}, true)"
    )


def _parsed(text: str, parsed: str) -> str:
    return f"({text} is null or {parsed} is not null)"


def _plain(text: str) -> str:
    return f"not coalesce({text} rlike '{UNPLAIN_PATTERN.replace(chr(92), chr(92) * 2)}', false)"


def _between(parsed: str) -> str:
    return f"coalesce({parsed} >= timestamp'{EARLIEST}' and {parsed} < timestamp'{LATEST}', true)"


def uuid5_sql(name: str) -> str:
    """SQL of the UUIDv5 of the text `name` in the URL namespace: SHA-1 with the version and variant bits put in."""
    sha1 = f"sha1(concat(X'6ba7b8119dad11d180b400c04fd430c8', cast({name} as binary)))"
    variant = f"translate(substr({sha1}, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab')"
    return (
        f"concat(substr({sha1}, 1, 8), '-', substr({sha1}, 9, 4), '-5', substr({sha1}, 14, 3), '-', "
        f"{variant}, substr({sha1}, 18, 3), '-', substr({sha1}, 21, 12))"
    )


_EVENT_NAME = "concat(event.data.order_id, ':', cast(event.data.order_version as string))"
_DATES = " and ".join((
    _parsed("event.time", "event_time"),
    _parsed("event.data.placed_at", "placed_at"),
    _parsed("event.data.occurred_at", "occurred_at"),
    _between("event_time"),
    _between("placed_at"),
    _between("occurred_at"),
    "coalesce(placed_at <= occurred_at + interval 1 day, true)",
))  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule(
        name="well_formed",
        meaning_en="The body is UTF-8 and exactly one JSON object; the contract's fields have its types: whole numbers are "
        "written without fraction or exponent and fit 64 bits (line_no: 32), text is text, no key stands twice in "
        "its object, no text holds half of a surrogate pair. NaN, numbers of more than 1000 digits, and nesting beyond 500 "
        "levels are refused.",
        meaning_pt="O corpo é UTF-8 e exatamente um objeto JSON; os campos do contrato têm os seus tipos: inteiros são escritos "
        "sem fração nem expoente e cabem em 64 bits (line_no: 32), texto é texto, nenhuma chave aparece duas vezes no seu "
        "objeto, nenhum texto traz metade de um par substituto. NaN, números com mais de 1000 dígitos e aninhamento acima de 500 "
        "níveis são recusados.",
        expression="coalesce(well_formed, false)",
    ),
    Rule(
        name="size_within_limit",
        meaning_en="The body has at most 900 kB, so that it fits the hub with its envelope.",
        meaning_pt="O corpo tem no máximo 900 kB, para caber no hub com o seu envelope.",
        expression=f"coalesce(octet_length(value) <= {MAX_BODY_BYTES}, true)",
    ),
    Rule(
        name="known_type",
        meaning_en="specversion, type and source are those of this contract.",
        meaning_pt="specversion, type e source são os deste contrato.",
        expression=f"not coalesce(well_formed, false) or {_KNOWN_TYPE}",
    ),
    Rule(
        name="schema_complete",
        meaning_en="Every required field of the event and of each line is there and not null.",
        meaning_pt="Todos os campos obrigatórios do evento e de cada linha estão presentes e não são nulos.",
        expression=f"not ({_READABLE}) or ("
        + " and ".join(f"{field} is not null" for field in _REQUIRED)
        + " and coalesce(null_line_fields, 0) = 0)",
    ),
    Rule(
        name="id_matches",
        meaning_en="id is the UUIDv5 of order_id:order_version, so that a repeated event is known by its id.",
        meaning_pt="id é o UUIDv5 de order_id:order_version, para que um evento repetido seja reconhecido pelo id.",
        expression=_event_rule(f"event.id = {uuid5_sql(_EVENT_NAME)}"),
    ),
    Rule(
        name="subject_matches",
        meaning_en="subject and partitionkey are the order id.",
        meaning_pt="subject e partitionkey são o id do pedido.",
        expression=_event_rule(
            "coalesce(event.subject = event.data.order_id, true) and event.partitionkey = event.data.order_id"
        ),
    ),
    Rule(
        name="order_id_length",
        meaning_en="order_id, and cancels_order_id where given, have 1 to 64 characters.",
        meaning_pt="order_id, e cancels_order_id quando informado, têm de 1 a 64 caracteres.",
        expression=_event_rule(
            "coalesce(length(event.data.order_id) between 1 and 64, true) "
            "and length(event.data.cancels_order_id) between 1 and 64"
        ),
    ),
    Rule(
        name="order_id_plain",
        meaning_en="order_id, and cancels_order_id where given, hold no control character, no invisible one (such as a byte "
        "order mark), and no white space but a blank between others.",
        meaning_pt="order_id, e cancels_order_id quando informado, não contêm caractere de controle, nem invisível (como um "
        "BOM), nem espaço em branco, salvo um espaço simples entre outros.",
        expression=_event_rule(f"{_plain('event.data.order_id')} and {_plain('event.data.cancels_order_id')}"),
    ),
    Rule(
        name="version_positive",
        meaning_en="order_version is 1 or more.",
        meaning_pt="order_version é 1 ou mais.",
        expression=_event_rule("event.data.order_version >= 1"),
    ),
    Rule(
        name="kind_known",
        meaning_en="kind is sale or cancellation.",
        meaning_pt="kind é sale ou cancellation.",
        expression=_event_rule(f"event.data.kind in ({_texts(KINDS)})"),
    ),
    Rule(
        name="cancels_only_cancellations",
        meaning_en="Only a cancellation names an order that it cancels, and never itself.",
        meaning_pt="Só um cancelamento indica o pedido que cancela, e nunca a si mesmo.",
        expression=_event_rule(
            "coalesce(event.data.kind <> 'sale', true) and event.data.cancels_order_id <> event.data.order_id "
            "or event.data.cancels_order_id is null"
        ),
    ),
    Rule(
        name="lines_present",
        meaning_en="An order has at least one line.",
        meaning_pt="Um pedido tem pelo menos uma linha.",
        expression=_event_rule("event.data.lines is null or line_count >= 1"),
    ),
    Rule(
        name="line_numbers_unique",
        meaning_en="line_no is 1 or more and stands once in its order.",
        meaning_pt="line_no é 1 ou mais e aparece uma só vez no seu pedido.",
        expression=_lines_rule("min_line_no >= 1 and distinct_line_nos = line_count"),
    ),
    Rule(
        name="quantity_sign",
        meaning_en="Quantities are above zero in a sale and below zero in a cancellation.",
        meaning_pt="Quantidades são maiores que zero numa venda e menores que zero num cancelamento.",
        expression=_lines_rule(
            "case event.data.kind when 'sale' then min_quantity > 0 when 'cancellation' then max_quantity < 0 else true end"
        ),
    ),
    Rule(
        name="price_not_negative",
        meaning_en="unit_price_minor is zero or more.",
        meaning_pt="unit_price_minor é zero ou mais.",
        expression=_lines_rule("min_price >= 0"),
    ),
    Rule(
        name="amounts_within_limits",
        meaning_en="At most a billion units and 10^12 minor units of price in a line, and 10^14 minor units in an order.",
        meaning_pt="No máximo um bilhão de unidades e 10^12 unidades menores de preço por linha, "
        "e 10^14 unidades menores por pedido.",
        expression=_lines_rule(
            f"min_quantity >= -{MAX_QUANTITY} and max_quantity <= {MAX_QUANTITY} and max_price <= {MAX_PRICE_MINOR} "
            f"and coalesce(event.data.total_minor between -{MAX_TOTAL_MINOR} and {MAX_TOTAL_MINOR}, true)"
        ),
    ),
    Rule(
        name="total_matches",
        meaning_en="total_minor is the sum of unit_price_minor x quantity over the lines, within 64 bits.",
        meaning_pt="total_minor é a soma de unit_price_minor x quantity das linhas, em 64 bits.",
        expression=_lines_rule("event.data.total_minor is null or coalesce(event.data.total_minor = line_total, false)"),
    ),
    Rule(
        name="dates_plausible",
        meaning_en="time, placed_at and occurred_at are RFC 3339 with an offset of at most 18 hours, and lie in 2000 to 2099 by "
        "UTC; placed_at is at most a day after occurred_at.",
        meaning_pt="time, placed_at e occurred_at são RFC 3339 com fuso de no máximo 18 horas e ficam entre 2000 e 2099 em UTC; "
        "placed_at vem no máximo um dia depois de occurred_at.",
        expression=_event_rule(_DATES),
    ),
    Rule(
        name="currency_iso",
        meaning_en="currency is an active ISO 4217 code in capitals.",
        meaning_pt="currency é um código ISO 4217 ativo, em maiúsculas.",
        expression=_event_rule(f"event.data.currency in ({_texts(CURRENCIES)})"),
    ),
    Rule(
        name="no_personal_fields",
        meaning_en="No key of the body, at any depth, is on the list of personal fields (name, document, e-mail, address ...), "
        "with or without accents, in any case, width or escape.",
        meaning_pt="Nenhuma chave do corpo, em qualquer nível, está na lista de campos pessoais (nome, documento, e-mail, "
        "endereço ...), com ou sem acentos, em maiúsculas ou minúsculas, em qualquer largura ou escape.",
        expression="coalesce(size(personal_fields) < 1, true)",
    ),
    Rule(
        name="same_id_same_body",
        meaning_en="An event id that was seen before comes with the same body; else the first stands.",
        meaning_pt="Um id de evento já visto vem com o mesmo corpo; senão vale o primeiro.",
        expression=None,
    ),
    Rule(
        name="status_known",
        meaning_en="status is placed, paid, shipped or cancelled; another word is kept.",
        meaning_pt="status é placed, paid, shipped ou cancelled; outra palavra é mantida.",
        expression=_event_rule(f"event.data.status in ({_texts(STATUSES)})"),
        severity="warn",
        action="warn",
    ),
    Rule(
        name="customer_known",
        meaning_en="customer_ref names a customer.",
        meaning_pt="customer_ref identifica um cliente.",
        expression=f"not ({_READABLE}) or event.data.customer_ref is not null",
        severity="warn",
        action="warn",
    ),
    Rule(
        name="price_usual",
        meaning_en="A line's price is near the usual price of its product.",
        meaning_pt="O preço de uma linha é próximo do preço usual do seu produto.",
        expression=None,
        severity="warn",
        action="warn",
    ),
)
