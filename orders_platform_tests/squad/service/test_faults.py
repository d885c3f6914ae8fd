"""What breaks around the service: an accepted order stays, and a call that is sent again counts once."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import requests

from orders_platform.local.database import ORDERS, running_database
from orders_platform.local.home import Home
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.squad.service.served import Shop, an_order, served

pytestmark = [pytest.mark.integration, pytest.mark.faults]

POOL = 10
_OTHERS = (
    "from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"
)


def test_a_database_that_is_killed_and_back_makes_calls_wait_and_loses_none(home: Home) -> None:
    with running_database(home) as server:
        serving = served({"ORDERS_DATABASE_URL": server.url(ORDERS)})
        shop = Shop(serving.__enter__())
        try:
            before = shop.post("/orders", an_order(), key="before")
            _kill(home)
            wait_until(lambda: shop.get("/health/ready").status_code == 503)
            away = shop.post("/orders", an_order(), key="while-away")
            alive = shop.get("/health/live")
            with running_database(home):
                wait_until(lambda: shop.get("/health/ready").status_code == 200)
                again = [shop.post("/orders", an_order(), key=key) for key in ("before", "while-away")]
                orders = _orders(server.url(ORDERS))
        finally:
            serving.__exit__(None, None, None)

    assert (away.status_code, away.headers["Retry-After"], alive.status_code) == (503, "2", 200)
    assert [answer.status_code for answer in again] == [201, 201]
    assert again[0].content == before.content
    assert orders == 2


def test_calls_are_taken_at_once_after_the_database_closed_every_idle_connection(shop: Shop, database_url: str) -> None:
    """As a failover does, or an administrator: a pool that finds one of them closed must not try the others one by one."""
    shop.placed()
    wait_until(lambda: _connections(database_url) == POOL)

    closed = _terminate(database_url)
    answers = [shop.post("/orders", an_order()) for _ in range(2 * POOL)]

    assert closed == [True] * POOL
    assert [answer.status_code for answer in answers] == [201] * (2 * POOL)
    assert max(answer.elapsed for answer in answers) < timedelta(seconds=2)


def test_an_answer_that_got_lost_is_given_again(shop: Shop, database_url: str) -> None:
    body = json.dumps(an_order()).encode()
    head = "\r\n".join((
        "POST /orders HTTP/1.1", "Host: shop", "Idempotency-Key: lost", "Content-Type: application/json",
        f"Content-Length: {len(body)}", "", "",
    ))  # fmt: skip
    place = urlsplit(shop.url)
    with socket.create_connection((place.hostname or "", place.port or 0)) as caller:
        caller.sendall(head.encode() + body)
    wait_until(lambda: _orders(database_url) == 1)

    answer = shop.post("/orders", an_order(), key="lost")

    assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (201, "true")
    assert _orders(database_url) == 1


def test_a_service_that_is_killed_among_its_calls_counts_each_key_once(database_url: str, seed: int) -> None:
    dice = random.Random(seed)
    keys = [f"key-{number}" for number in range(120)]
    accepted: dict[str, str] = {}
    for _ in range(4):
        with _process(database_url) as (process, url):
            after, done = dice.randrange(5, 60), threading.Event()
            sender = threading.Thread(
                target=_send_until_killed, args=(Shop(url), keys, accepted), kwargs={"after": after, "done": done}
            )
            sender.start()
            done.wait(30)
            process.kill()
            sender.join()

    with _process(database_url) as (_, url):
        final = {key: Shop(url).post("/orders", an_order(), key=key).json()["order_id"] for key in keys}

    assert len(set(final.values())) == len(keys) == _orders(database_url)
    assert {key: final[key] for key in accepted} == accepted


def test_the_service_ends_in_order_when_it_is_asked_to(database_url: str) -> None:
    with _process(database_url) as (process, url):
        assert Shop(url).post("/orders", an_order()).status_code == 201

        process.send_signal(signal.SIGTERM)

        assert process.wait(30) == 0


def _send_until_killed(shop: Shop, keys: list[str], accepted: dict[str, str], *, after: int, done: threading.Event) -> None:
    """Send all side by side; say so once `after` were accepted in this round."""
    count = 0

    def send(key: str) -> None:
        nonlocal count
        try:
            answer = shop.post("/orders", an_order(), key=key)
        except requests.RequestException:
            return
        if answer.status_code == 201:
            accepted[key] = answer.json()["order_id"]
            count += 1
            if count >= after:
                done.set()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(send, keys))
    done.set()


@contextmanager
def _process(database_url: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The service as a process of its own, and its address."""
    command = [sys.executable, "-m", "orders_platform", "api", "serve"]
    env = os.environ | {"ORDERS_DATABASE_URL": database_url}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())["api"]
        finally:
            process.kill()


def _kill(home: Home) -> None:
    """What a machine does that loses its power."""
    number = int((home.postgres / "postmaster.pid").read_text().partition("\n")[0])
    server = psutil.Process(number)
    for process in (server, *server.children()):
        process.kill()


def _connections(url: str) -> int:
    """How many others there are."""
    with psycopg.connect(url) as connection:
        return len(connection.execute(f"select pid {_OTHERS}").fetchall())


def _terminate(url: str) -> list[bool]:
    """Close the others on the server's side; of each, whether it was gone within five seconds."""
    with psycopg.connect(url) as connection:
        return [gone for (gone,) in connection.execute(f"select pg_terminate_backend(pid, 5000) {_OTHERS}").fetchall()]


def _orders(url: str) -> int:
    with psycopg.connect(url) as connection:
        [[count]] = connection.execute("select count(*) from orders").fetchall()
        return int(count)
