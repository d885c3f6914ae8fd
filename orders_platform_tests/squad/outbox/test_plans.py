"""How PostgreSQL goes about the relay's statements: along their indexes, though a queue's statistics are always old."""

from collections.abc import Iterator

import pytest

from orders_platform.squad.database import Connection, statement
from orders_platform.squad.outbox.store import session

pytestmark = pytest.mark.integration
# walks over all rows, or over all that waits
WALKS = ("Seq Scan", "Bitmap", "Sort", "Hash", "Merge", "Materialize", "Gather")


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """A relay's own, over a table that was analyzed while it was empty."""
    with session(database_url) as opened:
        opened.execute("alter table outbox set (autovacuum_enabled = false)")
        opened.execute("analyze outbox")
        opened.execute("""
            insert into outbox (order_id, version, event_id, body, published_at)
            select 'order-' || n % 2000, n / 2000 + 1, gen_random_uuid(), 'x', case when n < 10000 then now() end
            from generate_series(0, 19999) as n
        """)
        yield opened


@pytest.mark.parametrize("is_analyzed", [False, True], ids=["old statistics", "new statistics"])
def test_a_claim_looks_at_what_it_takes_and_not_at_all_that_waits(connection: Connection, *, is_analyzed: bool) -> None:
    if is_analyzed:
        connection.execute("analyze outbox")

    plan = _plan(connection, "outbox_claim", limit=1000, longest=60)

    assert [walk for walk in WALKS if walk in plan] == []
    assert "Index Scan using outbox_waiting on outbox waiting" in plan
    assert "Index Scan using outbox_waiting_of_an_order on outbox earlier" in plan
    assert "rows=1000.00 loops=1" in plan.partition("\n")[0]
    assert "Rows Removed by Filter" not in plan


def test_a_purge_goes_along_the_index_of_what_is_published(connection: Connection) -> None:
    plan = _plan(connection, "outbox_purge", limit=1000, days=14)

    assert "Index Scan using outbox_published" in plan
    assert [walk for walk in ("Seq Scan", "Bitmap") if walk in plan] == []


def _plan(connection: Connection, name: str, **values: object) -> str:
    explained = connection.execute(b"explain (analyze, costs off, timing off, buffers off) " + statement(name), values)
    return "\n".join(row["QUERY PLAN"] for row in explained)
