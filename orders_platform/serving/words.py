"""All that the page says, in English and in Brazilian Portuguese; a text in braces is filled in."""

from dataclasses import dataclass
from typing import Final

from orders_platform.serving.numbers import ENGLISH, PORTUGUESE, Numbers


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    numbers: Numbers
    title: str
    language: str
    as_of: str
    sales: str
    platform: str
    newest_order: str
    no_newest_order: str
    checks_good: str
    checks_fail: str
    checks_warn: str
    no_checks: str
    in_quarantine: str
    tables_late: str
    no_lake: str
    table_missing: str
    table_unreadable: str
    no_orders: str
    another_day: str
    today: str
    orders: str
    cancellations: str
    gross: str
    cancelled: str
    net: str
    currency: str
    against_usual: str
    of_gross: str
    by_minute: str
    by_minute_note: str
    orders_a_minute: str
    net_a_minute: str
    time: str
    same_weekday: str
    same_weekday_note: str
    no_past_weekdays: str
    usual: str
    range: str
    orders_so_far: str
    span: str
    days: str
    products: str
    product: str
    units: str
    countries: str
    country: str
    cancellations_note: str
    match: str
    named: str
    orphan: str
    orphans: str
    days_to_cancel: str
    nothing_sold: str
    nothing_cancelled: str
    lag: str
    lag_note: str
    age_now: str
    passes: str
    no_fill: str
    freshness: str
    freshness_note: str
    table: str
    rows: str
    last_filled: str
    newest_message: str
    late: str
    never: str
    ago: str
    checks: str
    checks_note: str
    all_checks: str
    check: str
    result: str
    passed: str
    failed: str
    warns: str
    quarantine: str
    quarantine_note: str
    nothing_quarantined: str
    rule: str
    messages: str
    show_rule: str
    generation: str
    partition: str
    sequence_number: str
    taken_at: str
    attempt: str
    broken: str


ENGLISH_WORDS: Final = Words(
    numbers=ENGLISH,
    title="Control room",
    language="Language",
    as_of="as of {time}, {zone}",
    sales="Sales",
    platform="Platform",
    newest_order="newest message in gold {age} old",
    no_newest_order="no pass has been told of yet",
    checks_good="{count} checks pass",
    checks_fail="{count} checks fail",
    checks_warn="{count} checks warn",
    no_checks="no check has run yet",
    in_quarantine="{count} in quarantine",
    tables_late="{count} tables late",
    no_lake="There are no orders yet. The page fills by itself when the first pass has made gold.",
    table_missing="{table} is not there yet: a pass makes it.",
    table_unreadable="{table} cannot be read just now; the next refresh looks again.",
    no_orders="No orders yet.",
    another_day="No orders today. This is {day}, the newest day that has some.",
    today="Today",
    orders="Orders",
    cancellations="Cancellations",
    gross="Gross",
    cancelled="Cancelled",
    net="Net",
    currency="Currency",
    against_usual="{change} against the usual {weekday}",
    of_gross="{share} of gross",
    by_minute="By minute",
    by_minute_note="The last two hours; an order counts in the minute of its last change.",
    orders_a_minute="Orders a minute",
    net_a_minute="Net a minute, {currency}",
    time="Time",
    same_weekday="Against the same weekday",
    same_weekday_note="Orders so far; the usual is the mean of {weeks} past weeks, the band their range.",
    no_past_weekdays="Orders so far; there is no earlier week to hold this day against.",
    usual="Usual",
    range="Range",
    orders_so_far="Orders so far",
    span="Days",
    days="{count} days",
    products="Top products",
    product="Product",
    units="Units",
    countries="Top countries",
    country="Country",
    cancellations_note="28 days, by the cancellation's own day.",
    match="Its order",
    named="Order known",
    orphan="Orphan",
    orphans="Orphans",
    days_to_cancel="Median days to cancel",
    nothing_sold="Nothing was sold in these days.",
    nothing_cancelled="Nothing was cancelled in these days.",
    lag="Hub to gold",
    lag_note="From the hub to gold, of the newest message of each pass in the last hour; the older ones of a pass waited longer.",
    age_now="Newest message now",
    passes="Passes",
    no_fill="No pass filled gold in the last hour.",
    freshness="Tables",
    freshness_note="As the ledger last told. Late: the shop has been selling for an hour, and no pass went over it.",
    table="Table",
    rows="Rows",
    last_filled="Last pass",
    newest_message="Newest",
    late="late",
    never="never",
    ago="{age} ago",
    checks="Checks",
    checks_note="The newest result of each.",
    all_checks="All {count} checks",
    check="Check",
    result="Result",
    passed="passed",
    failed="failed",
    warns="warns",
    quarantine="Quarantine",
    quarantine_note="Messages that wait there, by rule; one that broke two rules counts for each. Bodies are not shown.",
    nothing_quarantined="Nothing waits in quarantine.",
    rule="Rule",
    messages="Messages",
    show_rule="Positions of",
    generation="Hub generation",
    partition="Partition",
    sequence_number="Sequence number",
    taken_at="Taken by the hub",
    attempt="Attempt",
    broken="Rules broken",
)

PORTUGUESE_WORDS: Final = Words(
    numbers=PORTUGUESE,
    title="Sala de controle",
    language="Idioma",
    as_of="às {time}, {zone}",
    sales="Vendas",
    platform="Plataforma",
    newest_order="mensagem mais nova na gold há {age}",
    no_newest_order="nenhuma passada registrada ainda",
    checks_good="{count} checks aprovados",
    checks_fail="{count} checks reprovados",
    checks_warn="{count} checks com alerta",
    no_checks="nenhum check executado ainda",
    in_quarantine="{count} em quarentena",
    tables_late="{count} tabelas atrasadas",
    no_lake="Ainda não há pedidos. A página se preenche sozinha quando a primeira passada criar a gold.",
    table_missing="{table} ainda não existe: uma passada a cria.",
    table_unreadable="{table} não pode ser lida agora; a próxima atualização tenta de novo.",
    no_orders="Nenhum pedido ainda.",
    another_day="Nenhum pedido hoje. Mostrando {day}, o dia mais recente com pedidos.",
    today="Hoje",
    orders="Pedidos",
    cancellations="Cancelamentos",
    gross="Bruto",
    cancelled="Cancelado",
    net="Líquido",
    currency="Moeda",
    against_usual="{change} ante o usual de {weekday}",
    of_gross="{share} do bruto",
    by_minute="Por minuto",
    by_minute_note="As últimas duas horas; o pedido conta no minuto da sua última mudança.",
    orders_a_minute="Pedidos por minuto",
    net_a_minute="Líquido por minuto, {currency}",
    time="Hora",
    same_weekday="Comparado ao mesmo dia da semana",
    same_weekday_note="Pedidos até agora; o usual é a média de {weeks} semanas anteriores, a faixa é a variação delas.",
    no_past_weekdays="Pedidos até agora; não há semana anterior para comparar.",
    usual="Usual",
    range="Faixa",
    orders_so_far="Pedidos até agora",
    span="Dias",
    days="{count} dias",
    products="Principais produtos",
    product="Produto",
    units="Unidades",
    countries="Principais países",
    country="País",
    cancellations_note="28 dias, pelo dia do próprio cancelamento.",
    match="O pedido",
    named="Pedido conhecido",
    orphan="Órfão",
    orphans="Órfãos",
    days_to_cancel="Mediana de dias até cancelar",
    nothing_sold="Nada foi vendido nesses dias.",
    nothing_cancelled="Nada foi cancelado nesses dias.",
    lag="Do hub à gold",
    lag_note="Do hub à gold, da mensagem mais nova de cada passada da última hora; as mais antigas da passada esperaram mais.",
    age_now="Mensagem mais nova, agora",
    passes="Passadas",
    no_fill="Nenhuma passada preencheu a gold na última hora.",
    freshness="Tabelas",
    freshness_note="Segundo o ledger. Atrasada: a loja vende há uma hora, e nenhuma passada a percorreu.",
    table="Tabela",
    rows="Linhas",
    last_filled="Última passada",
    newest_message="Mais nova",
    late="atrasada",
    never="nunca",
    ago="há {age}",
    checks="Checks",
    checks_note="O resultado mais recente de cada um.",
    all_checks="Todos os {count} checks",
    check="Check",
    result="Resultado",
    passed="aprovado",
    failed="reprovado",
    warns="alerta",
    quarantine="Quarentena",
    quarantine_note="Mensagens que esperam lá, por regra; a que violou duas conta em cada uma. Os corpos não são mostrados.",
    nothing_quarantined="Nada espera em quarentena.",
    rule="Regra",
    messages="Mensagens",
    show_rule="Posições de",
    generation="Geração do hub",
    partition="Partição",
    sequence_number="Número de sequência",
    taken_at="Recebida pelo hub",
    attempt="Tentativa",
    broken="Regras violadas",
)
LANGUAGES: Final = {"en": ENGLISH_WORDS, "pt-BR": PORTUGUESE_WORDS}


def language_of(asked: str | None) -> str:
    """The language that is asked for, as browsers name them; English where it is none of ours."""
    return "pt-BR" if (asked or "").lower().startswith("pt") else "en"
