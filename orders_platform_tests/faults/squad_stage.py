"""The squad's side with all that it stands on, each part to be killed and started again; and a load of orders."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from orders_platform.emulators.eventhubs.config import default_config
from orders_platform.emulators.eventhubs.in_thread import ServerInThread, server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.local.database import ORDERS, running_database
from orders_platform.local.home import Home
from orders_platform.local.processes import free_port
from orders_platform.settings import HubSettings, Settings
from orders_platform.squad.load.ledger import Ledger, read_ledger
from orders_platform.squad.migrations import migrate
from orders_platform_tests.local.short_folder import short_folder
from orders_platform_tests.local.waiting import wait_until

PATIENCE_S = 120
COUNTED = {
    "orders": b"select count(*) from orders",
    "events": b"select count(*) from outbox",
    "sent": b"select count(*) from outbox where published_at is not null",
}


@dataclass(slots=True)
class Process:
    """A program of ours, told by settings, that says one line when it is ready."""

    words: tuple[str, ...]
    env: Mapping[str, str]
    _process: "subprocess.Popen[str] | None" = None

    def start(self) -> dict[str, Any]:
        """What it says."""
        command = [sys.executable, "-m", "orders_platform", *self.words]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | dict(self.env))
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def kill(self) -> None:
        """As a machine's end does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()


@dataclass(slots=True)
class Stage:
    """All parts at work."""

    folder: Path
    home: Home
    stack: ExitStack
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    api_port: int = field(default_factory=free_port)
    _hub: ExitStack = field(default_factory=ExitStack)
    _database: ExitStack = field(default_factory=ExitStack)
    _processes: list[Process] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    server: ServerInThread | None = None

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def hub(self) -> HubSettings:
        return Settings.from_env(self.env).need_hub()

    def start_hub(self) -> None:
        """On the ports and over the events that it had before."""
        amqp, kafka = self.ports
        hubs = (default_config("orders", 4),)
        options = ServerOptions(self.folder / "hub", hubs, "Root", "c29tZSBrZXk=", amqp_port=amqp, kafka_port=kafka)
        self.server = self._hub.enter_context(server_in_thread(options))
        self.env |= self.server.server.client_settings()

    def stop_hub(self) -> None:
        self._hub.close()

    def start_database(self) -> None:
        """Where it was before."""
        url = self._database.enter_context(running_database(self.home)).url(ORDERS)
        migrate(url)
        self.env["ORDERS_DATABASE_URL"] = url

    def kill_database(self) -> None:
        """With all its processes at once, as when the power fails."""
        server = psutil.Process(int((self.home.postgres / "postmaster.pid").read_text().partition("\n")[0]))
        for process in (server, *server.children()):
            process.kill()
        self._database.close()

    def start(self, *words: str) -> Process:
        """A program that ends with the stage."""
        process = Process(words, self.env)
        self.stack.callback(process.kill)
        process.start()
        return process

    def count(self, what: str) -> int:
        """How many there are; 0 while the database is away."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.env["ORDERS_DATABASE_URL"]) as connection:
            [[count]] = connection.execute(COUNTED[what]).fetchall()
            return int(count)
        return 0

    def wait_for(self, what: str, count: int) -> None:
        """Until there are so many."""
        wait_until(lambda: self.count(what) >= count, PATIENCE_S)

    def wait_for_the_relay(self) -> None:
        """Until the outbox is empty."""
        wait_until(lambda: 0 < self.count("events") == self.count("sent"), PATIENCE_S)


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Hub and database for a block; the rest is for who asks."""
    with ExitStack() as stack:
        stage = Stage(folder, Home(stack.enter_context(short_folder()) / "home"), stack)
        stack.callback(stage.stop_hub)
        stack.enter_context(stage._database)
        stage.start_hub()
        stage.start_database()
        yield stage


@contextmanager
def load(stage: Stage, url: str, *, rate: int, seconds: int, seed: int) -> Iterator[list[Ledger]]:
    """Orders for the API while the block acts; afterwards its list holds the ledger of what was accepted."""
    told: list[Ledger] = []
    ledger = stage.folder / "ledger.jsonl"
    numbers = ("--rate", f"{rate}", "--seconds", f"{seconds}", "--seed", f"{seed}")
    command = [sys.executable, "-m", "orders_platform", "load", "--url", url, *numbers, "--ledger", str(ledger), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield told
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, f"{out}\n{errors}"
    told.append(read_ledger(ledger))
