"""Sends a span of events again, out of the outbox: the last resort where the hub lost or dropped them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from orders_platform.errors import InputError
from orders_platform.squad.database import connect, serving, statement

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """Events by when they were written.

    Attributes:
        last: itself not included.
    """

    first: datetime
    last: datetime

    def __post_init__(self) -> None:
        """Raises InputError for a span that holds nothing."""
        if self.first >= self.last:
            raise InputError(f"--from {self.first.isoformat()} is not before --to {self.last.isoformat()}")


@dataclass(frozen=True, slots=True)
class SentAgain:
    """What was done.

    Attributes:
        oldest: when the oldest event that is still kept was written; None where there is none.
    """

    events: int
    oldest: datetime | None


def send_again(url: str, span: Span, progress: Callable[[int, int], None] = lambda _done, _total: None) -> SentAgain:
    """Have the relay send the published events of a span once more. Raises EnvironmentFault."""
    with serving(), connect(url, patient=True) as connection:
        values: dict[str, object] = {"first": span.first, "last": span.last}
        [found] = connection.execute(statement("outbox_span"), values).fetchall()
        values |= {"limit": _BATCH, "asked_at": found["asked_at"]}
        done = 0
        # what the relay sends meanwhile is published after we asked, and stays so
        while again := connection.execute(statement("outbox_again"), values).fetchall():
            done += len(again)
            # those before are done: the next batch need not step over them
            values["first"] = max(row["created_at"] for row in again)
            progress(done, found["events"])
        return SentAgain(done, found["oldest"])
