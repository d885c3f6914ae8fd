"""A load of the real service over PostgreSQL: every answer is what the load expects, and the ledger is what the tables hold."""

from datetime import date
from pathlib import Path

import psycopg
import pytest
import requests
from psycopg.rows import dict_row

from orders_platform.errors import SettingsError
from orders_platform.squad.api_client import api_client
from orders_platform.squad.event_loop import run
from orders_platform.squad.front_door import Placed, place
from orders_platform.squad.load.durable import DurableLedger
from orders_platform.squad.load.ledger import accepted_once, read_ledger
from orders_platform.squad.load.running import Load, Plan
from orders_platform.squad.replay import Days, Pace, replay_events
from orders_platform_tests.squad.csv_files import a_csv, a_row
from orders_platform_tests.squad.load.book import Document
from orders_platform_tests.squad.service.issuing import issuing
from orders_platform_tests.squad.service.served import served

pytestmark = pytest.mark.integration
ORDERS = "select order_id, version as order_version, kind, total_minor, currency from orders"


def test_all_that_was_accepted_is_in_the_tables_once(database_url: str, tmp_path: Path, seed: int) -> None:
    with served({"ORDERS_DATABASE_URL": database_url}) as url:
        with DurableLedger(tmp_path / "ledger") as kept:
            load = _loaded(Plan(rate=40, seconds=2, seed=seed, haste=5), url, kept)
        days = requests.get(f"{url}/reconciliation", {"from": "2026-01-01", "to": "2026-12-31"}, timeout=30).json()["days"]

    ledger = read_ledger(tmp_path / "ledger")
    assert (load.figures.wrong, load.figures.placed, load.figures.refusals) == ([], 80, {})
    assert accepted_once(ledger, _orders(database_url)).faults(only_caller=True) == []
    assert {_day(each): each["net_minor"] for each in days} == {day: one.net_minor for day, one in ledger.totals().items()}


def test_the_dataset_comes_in_once(database_url: str, tmp_path: Path) -> None:
    events = replay_events(a_csv(tmp_path, a_row("C536367", quantity="-1"), a_row("536366"), a_row("536366")), Days())
    with served({"ORDERS_DATABASE_URL": database_url}) as url:
        done = [place(events, url=url, token=None, pace=Pace()) for _ in range(2)]

    assert done == [Placed(2, 0), Placed(0, 2)]
    assert {order["order_id"]: order["total_minor"] for order in _orders(database_url)} == {"536366": 15000, "C536367": -1250}


def test_an_api_that_asks_for_tokens_gets_them(database_url: str, tmp_path: Path) -> None:
    events = replay_events(a_csv(tmp_path, a_row()), Days())
    with issuing() as tokens, served({"ORDERS_DATABASE_URL": database_url, **tokens.settings()}) as url:
        done = place(events, url=url, token=tokens.token, pace=Pace())
        with pytest.raises(SettingsError, match=r"orders\.import"):
            place(events, url=url, token=lambda: tokens.token(scp="orders.write"), pace=Pace())

    assert done == Placed(1, 0)


def _loaded(plan: Plan, url: str, ledger: DurableLedger) -> Load:
    async def load() -> Load:
        async with api_client(url, None, connections=50) as client:
            running = Load(plan, client, ledger)
            await running.run()
        return running

    return run(load())


def _orders(database_url: str) -> list[Document]:
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        return connection.execute(ORDERS).fetchall()


def _day(totals: Document) -> tuple[date, str]:
    return date.fromisoformat(totals["day"]), totals["currency"]
