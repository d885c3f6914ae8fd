"""Incidents and what is to be told of them, stored before anything is sent."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import sqlalchemy as sa

from orders_platform.alerts.database import faults
from orders_platform.alerts.incidents import Edge, Incident, Kind, judge
from orders_platform.alerts.message import Links, Message, message
from orders_platform.alerts.signal import Severity, Signal
from orders_platform.alerts.tables import DELIVERIES, EDGES, INCIDENTS, NOTES, edge_row, incident_of, incident_row

# no wait is longer; one that seems so was noted before the clock was set back
LONGEST_WAIT_SECONDS: Final = 900.0
# an edge of an incident that is over, and that nobody could be told of, is told no more after this
_STALE_SECONDS: Final = 86_400.0
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Due:
    """A message that one address has not had.

    Attributes:
        attempts: how often it was sent in vain.
    """

    edge_id: int
    attempts: int
    message: Message


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one address has not had: how many messages, how often the first was sent in vain, and why."""

    address: str
    messages: int
    attempts: int
    said: str | None


@dataclass(frozen=True, slots=True)
class AlertStore:
    """The store in a database. Its calls raise EnvironmentFault where that does not serve, or is full."""

    engine: sa.Engine

    def take_in(
        self,
        signals: Iterable[Signal],
        now: float,
        links: Links,
        *,
        new_id: Callable[[], str],
        notes: Mapping[str, object] | None = None,
    ) -> list[Edge]:
        """Judge what was found. Incidents, edges and the `notes` of who looked are written together, or not at all."""
        with faults(), self.engine.begin() as connection:
            rows = connection.execute(sa.select(INCIDENTS.c.content).where(INCIDENTS.c.closed_at.is_(None)))
            open_now = {one.topic.key: one for one in (incident_of(content) for (content,) in rows)}
            changed, edges = judge(open_now, signals, now, new_id)
            known = {incident.id for incident in open_now.values()}
            for incident in changed:
                row = incident_row(incident)
                change = INCIDENTS.update().where(INCIDENTS.c.id == incident.id) if incident.id in known else INCIDENTS.insert()
                connection.execute(change.values(row))
            if edges:
                connection.execute(EDGES.insert(), [edge_row(edge, message(edge, links)) for edge in edges])
            _write_notes(connection, notes or {})
        return edges

    def open_incidents(self) -> list[Incident]:
        """Those that are not over, the oldest first."""
        with faults(), self.engine.connect() as connection:
            asked = sa.select(INCIDENTS.c.content).where(INCIDENTS.c.closed_at.is_(None)).order_by(INCIDENTS.c.opened_at)
            return [incident_of(content) for (content,) in connection.execute(asked)]

    def note(self, name: str) -> dict[str, Any]:
        """What was noted under that name; nothing where nothing was."""
        with faults(), self.engine.connect() as connection:
            content = connection.execute(sa.select(NOTES.c.content).where(NOTES.c.name == name)).scalar()
        noted: dict[str, Any] = json.loads(content) if content else {}
        return noted

    def write_note(self, name: str, content: object) -> None:
        """Note something in place of what was noted before."""
        with faults(), self.engine.begin() as connection:
            _write_notes(connection, {name: content})

    def address(self, addresses: Mapping[str, Severity], now: float) -> None:
        """See to it that each edge is delivered to each address that it concerns; digests of addresses, with the least for each.

        What waits for an address that is named no more goes to those that are: nothing is lost when a key is changed.
        """
        if not addresses:
            return
        with faults(), self.engine.begin() as connection:
            _take_back(connection, addresses)
            for edge in connection.execute(_UNADDRESSED).mappings().all():
                was_over = edge["closed_at"] is not None and edge["at"] <= now - _STALE_SECONDS
                if not was_over:
                    _deliver(connection, edge, addresses, now)
                connection.execute(EDGES.update().where(EDGES.c.id == edge["id"]).values(is_addressed=True))

    def due(self, address: str, now: float, *, is_quiet: bool) -> list[Due]:
        """What may be sent there now, an incident's edges in their order; warnings wait while it `is_quiet`."""
        with faults(), self.engine.connect() as connection:
            rows = connection.execute(_WAITING.where(DELIVERIES.c.address == address).limit(_MOST)).all()
        grave = {row.incident_id for row in rows if row.severity >= Severity.CRITICAL}
        held: set[str] = set()
        found = []
        for row in rows:
            is_time = row.due_at <= now or row.due_at > now + LONGEST_WAIT_SECONDS
            if row.incident_id in held or not is_time or (is_quiet and row.incident_id not in grave):
                held.add(row.incident_id)
            else:
                told = Message(row.key, Kind(row.kind), Severity(row.severity), row.title, row.body)
                found.append(Due(row.edge_id, row.attempts, told))
        return found

    def mark(self, address: str, edge_id: int, now: float) -> None:
        """Note that it was delivered."""
        self._change(address, DELIVERIES.c.edge_id == edge_id, {"delivered_at": now, "said": None})

    def postpone(self, address: str, tried: Due, due_at: float, said: str) -> None:
        """Note that it was sent in vain, and leave the address alone until then."""
        self._change(address, DELIVERIES.c.edge_id == tried.edge_id, {"attempts": tried.attempts + 1, "said": said})
        self._change(address, DELIVERIES.c.delivered_at.is_(None), {"due_at": due_at})

    def waiting(self) -> list[Waiting]:
        """What was not delivered yet, by address."""
        columns = (
            DELIVERIES.c.address,
            sa.func.count().label("messages"),
            sa.func.max(DELIVERIES.c.attempts).label("attempts"),
            sa.func.max(DELIVERIES.c.said).label("said"),
        )
        asked = sa.select(*columns).where(DELIVERIES.c.delivered_at.is_(None)).group_by(DELIVERIES.c.address)
        with faults(), self.engine.connect() as connection:
            return [Waiting(*row) for row in connection.execute(asked).all()]

    def purge(self, before: float) -> None:
        """Delete incidents that were over by then, and all of whose messages were delivered."""
        with faults(), self.engine.begin() as connection:
            gone = connection.execute(_OVER, {"before": before, "limit": _MOST}).scalars().all()
            edges = sa.select(EDGES.c.id).where(EDGES.c.incident_id.in_(gone))
            connection.execute(DELIVERIES.delete().where(DELIVERIES.c.edge_id.in_(edges)))
            connection.execute(EDGES.delete().where(EDGES.c.incident_id.in_(gone)))
            connection.execute(INCIDENTS.delete().where(INCIDENTS.c.id.in_(gone)))

    def _change(self, address: str, where: sa.ColumnElement[bool], values: Mapping[str, object]) -> None:
        with faults(), self.engine.begin() as connection:
            connection.execute(DELIVERIES.update().where(DELIVERIES.c.address == address, where).values(**values))


def digest(url: str) -> str:
    """An address as the store knows it: which one it is, and not what it is."""
    return sha256(url.encode()).hexdigest()[:16]


def _write_notes(connection: sa.Connection, notes: Mapping[str, object]) -> None:
    for name, content in notes.items():
        connection.execute(NOTES.delete().where(NOTES.c.name == name))
        connection.execute(NOTES.insert().values(name=name, content=json.dumps(content)))


def _take_back(connection: sa.Connection, addresses: Mapping[str, Severity]) -> None:
    """Have edges addressed anew that wait for an address which is named no more."""
    gone = sa.and_(DELIVERIES.c.delivered_at.is_(None), DELIVERIES.c.address.not_in(addresses))
    edges = connection.execute(sa.select(DELIVERIES.c.edge_id).where(gone)).scalars().all()
    if edges:
        connection.execute(DELIVERIES.delete().where(gone))
        connection.execute(EDGES.update().where(EDGES.c.id.in_(edges)).values(is_addressed=False))


def _deliver(connection: sa.Connection, edge: sa.RowMapping, addresses: Mapping[str, Severity], now: float) -> None:
    there = connection.execute(sa.select(DELIVERIES.c.address).where(DELIVERIES.c.edge_id == edge["id"])).scalars().all()
    for address, least in addresses.items():
        if least <= edge["severity"] and address not in there:
            row = {"edge_id": edge["id"], "address": address, "due_at": now, "attempts": 0}
            connection.execute(DELIVERIES.insert().values(row))


_UNADDRESSED = (
    sa.select(EDGES.c.id, EDGES.c.severity, EDGES.c.at, INCIDENTS.c.closed_at)
    .join(INCIDENTS, INCIDENTS.c.id == EDGES.c.incident_id)
    .where(EDGES.c.is_addressed.is_(False))
    .order_by(EDGES.c.id)
    .limit(_MOST)
)
_WAITING = (
    sa.select(DELIVERIES, EDGES)
    .join(EDGES, EDGES.c.id == DELIVERIES.c.edge_id)
    .where(DELIVERIES.c.delivered_at.is_(None))
    .order_by(EDGES.c.id)
)
_OVER = (
    sa.select(INCIDENTS.c.id)
    .where(
        INCIDENTS.c.closed_at < sa.bindparam("before"),
        INCIDENTS.c.id.not_in(sa.select(_WAITING.with_only_columns(EDGES.c.incident_id).order_by(None).subquery().c[0])),
    )
    .limit(sa.bindparam("limit"))
)
