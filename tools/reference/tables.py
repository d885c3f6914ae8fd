"""The tables with their columns, as the lake's catalog has them."""

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.table import Column, Table
from tools.reference.language import Language
from tools.reference.markdown import code, codes, page, table

_LEAD = (
    "The tables of the lake, in the order in which a pass fills them. Money is in minor units, with its currency; time is UTC. "
    "`orders-platform sql` reads them without Spark."
)


def render(language: Language) -> str:
    """The page."""
    return page(language, "Tables and columns", _LEAD, *(_table(language, one) for one in TABLES))


def _table(language: Language, one: Table) -> str:
    said = (("One row", language.say(one.one_row)), ("Unique by", codes(one.unique_by)), ("Made from", codes(one.made_from)))
    facts = "\n".join(f"- {language.say(name)}: {what}" for name, what in said)
    heads = ("column", "type", "may be null", "means")
    return f"## {one.key}\n\n{facts}\n\n{table(language, heads, (_column(language, column) for column in one.columns))}"


def _column(language: Language, column: Column) -> tuple[str, ...]:
    return code(column.name), code(column.type), language.say("yes") if column.nullable else "", language.say(column.meaning)
