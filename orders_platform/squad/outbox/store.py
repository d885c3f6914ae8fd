"""The outbox in the database, as the relay sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from orders_platform.squad.database import Connection, connect, serving, statement
from orders_platform.squad.outbox.gate import LONGEST_SECONDS

BATCH = 1000
# after so many tries in vain an event is told of as stuck; it is tried on, for ever
STUCK_ATTEMPTS = 20
# One relay at a time, by a lock of the session: it falls with the connection, however that ends. Any number no one else uses.
_LOCK = 7_316_004_222


@dataclass(frozen=True, slots=True)
class Row:
    """An event that waits.

    Attributes:
        attempts: times that it was sent in vain.
    """

    id: int
    order_id: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Late:
    """An event that must wait.

    Attributes:
        tried: whether it was sent in vain just now; else its partition was closed.
    """

    row: Row
    seconds: float
    tried: bool
    said: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What waits for the hub; the oldest for how long."""

    waiting: int
    oldest_seconds: float
    most_attempts: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """An event that was sent in vain."""

    order_id: str
    version: int
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge deleted; whether there is more of it."""

    events: int
    is_more: bool


def session(url: str) -> Connection:
    """A connection for a relay alone, which both sides give up soon where the other one is gone. Raises PlatformError."""
    connection = connect(url)
    with serving():
        connection.execute(statement("outbox_session"))
    return connection


@dataclass(frozen=True, slots=True)
class OutboxStore:
    """The outbox by a connection whose statements each stand alone. Its calls raise psycopg.Error where the database is away."""

    connection: Connection

    def takes_the_lead(self) -> bool:
        """Try to be the one relay that sends. It never waits for that: a statement that waits would keep vacuum from its work."""
        row = self.connection.execute("select pg_try_advisory_lock(%s) as leads", (_LOCK,)).fetchone()
        return bool(row and row["leads"])

    def due(self, limit: int = BATCH) -> list[Row]:
        """The oldest events that may be sent now."""
        rows = self.connection.execute(statement("outbox_claim"), {"limit": limit, "longest": LONGEST_SECONDS}, binary=True)
        return [Row(**row) for row in rows]

    def mark(self, rows: Sequence[Row]) -> None:
        """Note that the hub has them."""
        if rows:
            self.connection.execute(statement("outbox_mark"), {"ids": [row.id for row in rows]})

    def postpone(self, late: Sequence[Late]) -> None:
        """Note when they are to be sent again."""
        if late:
            values = {
                "ids": [each.row.id for each in late],
                "seconds": [each.seconds for each in late],
                "tries": [int(each.tried) for each in late],
                "said": [each.said for each in late],
            }
            self.connection.execute(statement("outbox_postpone"), values)

    def purge(self, days: float) -> Purged:
        """Delete a batch of what was published, and of answers that were given, before that many days."""
        events, answers = (
            self.connection.execute(statement(name), {"days": days, "limit": BATCH}).rowcount
            for name in ("outbox_purge", "idempotency_purge")
        )
        return Purged(events, is_more=BATCH in (events, answers))

    def state(self) -> State:
        """What waits now."""
        [row] = self.connection.execute(statement("outbox_state")).fetchall()
        return State(**row)

    def worst(self, limit: int = 5) -> list[Trouble]:
        """Those that were sent in vain most often, and what the hub said."""
        return [Trouble(**row) for row in self.connection.execute(statement("outbox_worst"), {"limit": limit})]

    def stuck(self) -> int:
        """How many events were sent in vain again and again."""
        [row] = self.connection.execute(statement("outbox_stuck"), {"attempts": STUCK_ATTEMPTS}).fetchall()
        return int(row["stuck"])
