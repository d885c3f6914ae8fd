"""The platform's PostgreSQL on this machine: it keeps the squad's orders, Dagster's records, and alerts."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from orders_platform.local.home import Home
from orders_platform.local.processes import Children

DAGSTER: Final = "dagster"
ORDERS: Final = "orders"
ALERTS: Final = "alerts"
DATABASES: Final = (DAGSTER, ORDERS, ALERTS)
SUPERUSER: Final = "postgres"
_READY_SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True)
class Database:
    """A server by its address.

    Attributes:
        host: folder of its socket.
    """

    host: str

    def url(self, name: str) -> str:
        """Address of one of its databases."""
        return f"postgresql://{SUPERUSER}@/{name}?host={quote(self.host, safe='/')}"

    def alchemy_url(self, name: str) -> str:
        """The same for SQLAlchemy, with the driver: another one, where installed, does not speak as Dagster expects."""
        return self.url(name).replace("postgresql:", "postgresql+psycopg2:", 1)


def start_database(children: Children, home: Home) -> Callable[[], Database]:
    """Start the server over the home's data; the answer waits until it is ready, and says where it is."""
    command = [sys.executable, "-m", "orders_platform.local.postgres", str(home.postgres), *DATABASES]
    child = children.start("postgres", command)
    return lambda: Database(json.loads(child.read_line(_READY_SECONDS))["host"])


@contextmanager
def running_database(home: Home) -> Iterator[Database]:
    """The server for a block; gone when it ends, and when this process does."""
    with Children(home.logs) as children:
        yield start_database(children, home)()
