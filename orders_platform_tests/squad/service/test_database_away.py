"""A database that does not serve, in each way it says so: calls are to be repeated, none is lost, nobody restarts anything."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests
from psycopg import sql
from psycopg.rows import DictRow

from orders_platform.local.database import ORDERS, running_database
from orders_platform.local.home import Home
from orders_platform.squad.database import is_away
from orders_platform.squad.migrations import migrate
from orders_platform_tests.faults.small_disk import small_disk
from orders_platform_tests.local.short_folder import short_folder
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.squad.service.served import Shop, a_line, an_order, served

pytestmark = [pytest.mark.integration, pytest.mark.faults]
Database = psycopg.Connection[DictRow]
AWAY = {
    "08006": "the connection failed",
    "25006": "a server that takes no writes, since its disk is nearly full or it is a standby",
    "25P03": "the transaction stood idle for too long",
    "25P04": "the transaction took too long",
    "28P01": "another password since",
    "3D000": "the database is gone",
    "40001": "given up for another transaction",
    "40P01": "a deadlock",
    "42501": "a right that is missing, or a disk that became read-only",
    "42P01": "tables of another release",
    "53100": "the disk is full",
    "53200": "out of memory",
    "53300": "out of connections",
    "55P03": "a lock that was not to be had",
    "57014": "a statement took too long",
    "57P01": "an administrator ended it",
    "57P02": "another process crashed",
    "57P03": "it is starting",
    "58030": "the disk has a fault",
}
# more than the service has connections, so that each has met a fault
POOL = 10
OURS = {"22003": "a number too large", "23505": "a key twice", "42601": "a fault in a statement", "XX000": "a fault inside"}


@pytest.mark.parametrize("state", [*AWAY, *OURS])
def test_by_its_code_a_fault_is_the_databases_or_ours(state: str) -> None:
    assert is_away(psycopg.errors.lookup(state)("said")) is (state in AWAY)


def test_a_fault_without_a_code_is_the_connections() -> None:
    assert is_away(psycopg.OperationalError("the connection is lost"))
    assert not is_away(psycopg.ProgrammingError("a value has no such type"))


def test_in_whatever_way_it_is_away_a_call_is_told_to_come_again_and_no_connection_is_lent_twice(
    shop: Shop, database: Database
) -> None:
    answers = {}
    wait_until(lambda: len(connections(database)) == POOL)
    before = connections(database)
    for state in AWAY:
        with failing(database, state):
            answers[state] = shop.post("/orders", an_order(), key=state)
    kept = before & connections(database)
    again = [shop.post("/orders", an_order(), key=state) for state in AWAY]

    assert {state: (one.status_code, one.headers.get("Retry-After")) for state, one in answers.items()} == dict.fromkeys(
        AWAY, (503, "2")
    )
    assert {one.headers["Content-Type"] for one in answers.values()} == {"application/problem+json"}
    assert [one.status_code for one in again] == [201] * len(AWAY)
    assert kept == set()


def test_a_fault_of_ours_is_none_of_the_databases(shop: Shop, database: Database) -> None:
    with failing(database, "XX000"):
        answer = shop.post("/orders", an_order())

    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert "said" not in answer.text


def test_a_database_that_takes_no_writes_makes_the_service_unready_until_it_does(shop: Shop, database: Database) -> None:
    before = shop.placed()
    with read_only(database):
        wait_until(lambda: shop.get("/health/ready").status_code == 503)
        told = shop.get("/health/ready").json()["detail"]
        alive = shop.get("/health/live").status_code
        refused = [shop.post("/orders", an_order(), key=f"k{number}") for number in range(3)]

    wait_until(lambda: shop.get("/health/ready").status_code == 200)
    again = [shop.post("/orders", an_order(), key=f"k{number}") for number in range(3)]

    assert told.startswith("the database takes no writes")
    assert alive == 200
    assert [(one.status_code, one.headers.get("Retry-After")) for one in refused] == [(503, "2")] * 3
    assert [one.status_code for one in again] == [201] * 3
    assert shop.get(f"/orders/{before['order_id']}").status_code == 200
    assert database.execute("select count(*) as orders from orders").fetchone() == {"orders": 4}


def test_a_database_without_a_free_connection_is_waited_for(database: Database, database_url: str) -> None:
    role = sql.Identifier(f"of_{database.info.dbname}")
    database.execute(
        sql.SQL("create role {} login connection limit 0; grant all on all tables in schema public to {}").format(role, role)
    )
    database.execute(sql.SQL("grant all on all sequences in schema public to {}").format(role))
    url = database_url.replace("postgres@", f"of_{database.info.dbname}@")

    with served({"ORDERS_DATABASE_URL": url}) as address:
        full = requests.get(f"{address}/health/ready", timeout=30)
        database.execute(sql.SQL("alter role {} connection limit -1").format(role))
        wait_until(lambda: requests.get(f"{address}/health/ready", timeout=30).status_code == 200)
        answer = Shop(address).post("/orders", an_order())

    assert (full.status_code, full.headers["Retry-After"]) == (503, "2")
    assert answer.status_code == 201


def test_a_full_disk_under_the_database_refuses_calls_until_there_is_room() -> None:
    with short_folder() as folder, small_disk(folder / "home", "128m") as disk, running_database(Home(disk.root)) as server:
        migrate(server.url(ORDERS))
        large = an_order(*[a_line(product_name="x" * 200)] * 1_000)
        with served({"ORDERS_DATABASE_URL": server.url(ORDERS)}) as address:
            shop = Shop(address)
            disk.fill()
            refused = [shop.post("/orders", large, key=f"k{number}") for number in range(3)]
            disk.make_room()
            again = [shop.post("/orders", large, key=f"k{number}") for number in range(3)]

    assert {one.status_code for one in refused} == {503}
    assert [one.status_code for one in again] == [201] * 3


def test_a_log_that_cannot_be_written_changes_no_answer() -> None:
    """On one machine the log and the database share a disk: when it is full, callers are to hear of that, and not of the log."""
    with Path("/dev/full").open("w") as full, api_without_a_database(full.fileno()) as url:
        answer = requests.get(f"{url}/health/ready", timeout=30)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


@contextmanager
def api_without_a_database(errors: int) -> Iterator[str]:
    """The service as a process of its own; its address."""
    command = [sys.executable, "-m", "orders_platform", "api", "serve"]
    env = os.environ | {"ORDERS_DATABASE_URL": "postgresql://orders@127.0.0.1:1/shop"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["api"]
        finally:
            process.kill()


def connections(database: Database) -> set[int]:
    """Processes of the server that serve others than the test."""
    asked = (
        "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state is not null"
    )
    return {row["pid"] for row in database.execute(asked).fetchall()}


@contextmanager
def failing(database: Database, state: str) -> Iterator[None]:
    """Have each call fail with that code when it writes its event."""
    database.execute(
        sql.SQL("""
        create or replace function fail() returns trigger language plpgsql as $$ begin
            raise exception 'said' using errcode = {};
        end $$;
        create trigger fails before insert on outbox for each row execute function fail()
        """).format(state)
    )
    yield
    database.execute("drop trigger fails on outbox")


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """As a server of Azure becomes whose disk is nearly full; the session of the test may write."""
    database.execute("set default_transaction_read_only = off")
    database.execute("alter system set default_transaction_read_only = on")
    wait_until(lambda: reloaded(database) == "on", 60)
    try:
        yield
    finally:
        database.execute("alter system reset default_transaction_read_only")
        wait_until(lambda: reloaded(database) == "off", 60)


def reloaded(database: Database) -> str:
    """Whether a new session is read-only: a busy server takes its time to read its settings."""
    database.execute("select pg_reload_conf()")
    with psycopg.connect(database.info.dsn) as session:
        found = session.execute("show default_transaction_read_only").fetchone()
    return str(found[0]) if found else ""
