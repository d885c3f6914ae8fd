"""What must hold of the fold itself, whatever comes: else the oracle misleads."""

from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from orders_platform_tests.builders import bronze_rows
from orders_platform_tests.oracle.facts import Message
from orders_platform_tests.oracle.fold import Silver, fold
from orders_platform_tests.oracle.gold import gold_tables
from orders_platform_tests.strategies import bodies

FIELDS = ("generation", "partition", "sequence_number", "value", "ingested_at")


def folded(messages: list[bytes | None]) -> Silver:
    """Silver after these messages, one a batch."""
    rows = [row for place, message in enumerate(messages) for row in bronze_rows([message], first=place, batch=place)]
    return fold([Message(*(row[field] for field in FIELDS)) for row in rows], ZoneInfo("America/Sao_Paulo"))


@given(bodies())
def test_every_message_ends_in_one_place(messages: list[bytes | None]) -> None:
    silver = folded(messages)

    assert len(messages) == len(silver.events) + len(silver.quarantine) + len(silver.duplicates)


@given(bodies(), st.randoms(use_true_random=False))
def test_gold_is_the_same_when_messages_come_in_another_order(messages: list[bytes | None], random: Random) -> None:
    """Conflicts are left out: of two bodies with one id the first stands, so there the order must count."""
    harmless = [message for message in messages if b'"conflicts"' not in (message or b"")]
    shuffled = list(harmless)
    random.shuffle(shuffled)

    gold, again = (_sorted(folded(order)) for order in (harmless, shuffled))

    assert gold == again


@given(bodies())
def test_money_agrees_over_all_gold_tables(messages: list[bytes | None]) -> None:
    tables = gold_tables(folded(messages).orders)

    nets = {name: sum(row["net_minor"] for row in rows) for name, rows in tables.items() if rows and "net_minor" in rows[0]}

    assert len(set(nets.values())) <= 1, nets


def _sorted(silver: Silver) -> dict[str, list[str]]:
    return {table: sorted(map(repr, rows)) for table, rows in gold_tables(silver.orders).items()}
