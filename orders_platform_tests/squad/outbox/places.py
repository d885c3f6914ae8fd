"""What a relay stands between, for tests: rows of the outbox, a hub that can be stopped and started, a relay in a thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psycopg

from orders_platform.emulators.eventhubs import message as amqp
from orders_platform.emulators.eventhubs.config import default_config
from orders_platform.emulators.eventhubs.in_thread import ServerInThread, server_in_thread
from orders_platform.emulators.eventhubs.log import PartitionLog
from orders_platform.emulators.eventhubs.server import EventHubsServer, ServerOptions
from orders_platform.local.processes import free_port
from orders_platform.settings import HubSettings, Settings
from orders_platform.squad.database import Connection, statement
from orders_platform.squad.outbox.running import RelayService
from orders_platform_tests.builders import event_id
from orders_platform_tests.local.waiting import wait_until

KEY = "c29tZSBrZXk="
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event in the hub."""

    key: str | None
    body: bytes


@dataclass(slots=True)
class HubPlace:
    """A hub on ports and in a folder that stay the same."""

    folder: Path
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    _running: ExitStack = field(default_factory=ExitStack)
    _server: ServerInThread | None = None

    def start(self) -> None:
        amqp, kafka = self.ports
        options = ServerOptions(self.folder, (default_config("orders", 4),), "Root", KEY, amqp_port=amqp, kafka_port=kafka)
        self._server = self._running.enter_context(server_in_thread(options))

    def stop(self) -> None:
        self._running.close()

    def call(self, act: Callable[[EventHubsServer], _Result]) -> _Result:
        assert self._server is not None
        return self._server.call(act)

    def throttle(self, partition: str) -> None:
        """For longer than any test lasts."""
        self.call(lambda server: server.faults.throttle(3600, server.hubs["orders"].partition(partition)))

    @property
    def env(self) -> dict[str, str]:
        return self.call(lambda server: server.client_settings())

    @property
    def settings(self) -> HubSettings:
        return Settings.from_env(self.env).need_hub()

    def messages(self) -> list["Arrived"]:
        """All, in each partition's order: as the hub stores them, which is quicker than a receiver."""
        return self.call(lambda server: [one for log in server.hubs["orders"].partitions for one in _stored(log)])

    def at_next_event(self, act: Callable[[], None]) -> None:
        """Have it done once, when the hub has stored events and before it answers."""

        def once() -> None:
            for log in logs:
                log.unsubscribe(once)
            act()

        def begin(_: EventHubsServer) -> None:
            for log in logs:
                log.subscribe(once)

        logs = self.call(lambda server: server.hubs["orders"].partitions)
        self.call(begin)

    def of(self, order_id: str) -> list[bytes]:
        """Bodies of an order, in the hub's order."""
        return [message.body for message in self.messages() if message.key == order_id]


def _stored(log: PartitionLog) -> Iterator[Arrived]:
    following = log.begin
    while records := log.read(following, max_count=1000, max_bytes=2**24):
        following = records[-1].sequence + 1
        yield from (Arrived(amqp.partition_key(one.message), amqp.body(one.message)) for one in records)


def body_of(order_id: str, version: int) -> bytes:
    return f"{order_id} {version}".encode()


def add(connection: Connection, order_id: str, version: int = 1, *, body: bytes | None = None) -> None:
    """As a writer of an order does, in its transaction."""
    body = body_of(order_id, version) if body is None else body
    values = {"order_id": order_id, "version": version, "event_id": event_id(order_id, version), "body": body}
    connection.execute(statement("outbox_add"), values)


def add_many(connection: Connection, count: int) -> dict[str, list[bytes]]:
    """Versions of orders by turns; bodies by order, as they must arrive."""
    added: dict[str, list[bytes]] = {}
    with connection.transaction():
        for number in range(count):
            order_id = f"order-{number % max(1, count // 3)}"
            add_next(connection, added, order_id)
    return added


def add_next(connection: Connection, added: dict[str, list[bytes]], order_id: str) -> None:
    """The next version of an order."""
    bodies = added.setdefault(order_id, [])
    bodies.append(body_of(order_id, len(bodies) + 1))
    add(connection, order_id, len(bodies))


def waiting(connection: Connection) -> int:
    [row] = connection.execute("select count(*) as count from outbox where published_at is null").fetchall()
    return int(row["count"])


def by_order(messages: list[Arrived]) -> dict[str, list[bytes]]:
    """Bodies in the order of their first appearance."""
    found: dict[str, dict[bytes, None]] = {}
    for message in messages:
        found.setdefault(message.key or "", {})[message.body] = None
    return {key: list(bodies) for key, bodies in found.items()}


@dataclass(slots=True)
class Relaying:
    """A relay at work in a thread."""

    service: RelayService
    thread: threading.Thread
    told: list[str]

    @property
    def leads(self) -> bool:
        return self.service.metrics.registry.get_sample_value("relay_active") == 1

    def end(self) -> None:
        self.service.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()


@contextmanager
def relaying(url: str, hub: HubSettings) -> Iterator[Relaying]:
    """One that has said whether it leads."""
    told: list[str] = []
    service = RelayService(url, hub, keep_days=14)
    relay = Relaying(service, threading.Thread(target=service.run, args=(told.append,), daemon=True), told)
    relay.thread.start()
    try:
        wait_until(lambda: bool(told))
        yield relay
    finally:
        relay.end()


def relay_backends(connection: Connection) -> list[int]:
    """Processes of the server that hold the relay's lock."""
    rows = connection.execute("select pid from pg_locks where locktype = 'advisory' and granted and database = "
                              "(select oid from pg_database where datname = current_database())")  # fmt: skip
    return [row["pid"] for row in rows]


def count_waiting(url: str) -> int | None:
    """Of the outbox; None while the database is away."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            [[count]] = connection.execute("select count(*) from outbox where published_at is null").fetchall()
            return int(count)
    except psycopg.OperationalError:
        return None
