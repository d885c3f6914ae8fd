"""The alert store's tables, and how an incident lies in them. The same in PostgreSQL and in a file of SQLite."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import sqlalchemy as sa

from orders_platform.alerts.incidents import Edge, Incident, Symptom
from orders_platform.alerts.message import Message
from orders_platform.alerts.signal import Severity, Topic

METADATA: Final = sa.MetaData()
# times are seconds since 1970: SQLite has no type for one with its zone
INCIDENTS: Final = sa.Table(
    "alert_incidents",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("opened_at", sa.Float, nullable=False),
    sa.Column("closed_at", sa.Float),
    sa.Column("content", sa.Text, nullable=False),
    # two of one topic cannot be open, whoever writes
    sa.Index(
        "alert_incidents_open",
        "topic",
        unique=True,
        sqlite_where=sa.text("closed_at is null"),
        postgresql_where=sa.text("closed_at is null"),
    ),
)
EDGES: Final = sa.Table(
    "alert_edges",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("incident_id", sa.Text, sa.ForeignKey("alert_incidents.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    # whether there is a delivery for each address that the settings name
    sa.Column("is_addressed", sa.Boolean, nullable=False),
)
DELIVERIES: Final = sa.Table(
    "alert_deliveries",
    METADATA,
    sa.Column("edge_id", sa.Integer, sa.ForeignKey("alert_edges.id"), primary_key=True),
    # a digest of the address, which itself may hold a key
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("delivered_at", sa.Float),
    sa.Column("said", sa.Text),
)
# what was seen and when, by name: a watcher's cursor, the time of the last loop
NOTES: Final = sa.Table(
    "alert_notes",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)


def incident_row(incident: Incident) -> dict[str, object]:
    """A row of INCIDENTS."""
    content = asdict(incident)
    return {
        "id": incident.id,
        "topic": incident.topic.key,
        "opened_at": incident.opened_at,
        "closed_at": incident.closed_at,
        "content": json.dumps(content),
    }


def incident_of(content: str) -> Incident:
    """The reverse of `incident_row`."""
    told: dict[str, Any] = json.loads(content)
    return Incident(
        **told
        | {
            "topic": Topic(**told["topic"]),
            "severity": Severity(told["severity"]),
            "symptoms": _symptoms(told["symptoms"]),
            "shown": _symptoms(told["shown"]),
        }
    )


def edge_row(edge: Edge, told: Message) -> dict[str, object]:
    """A row of EDGES."""
    return {
        "key": edge.key,
        "incident_id": edge.incident.id,
        "kind": edge.kind.value,
        "severity": int(told.severity),
        "at": edge.at,
        "title": told.title,
        "body": told.body,
        "is_addressed": False,
    }


def _symptoms(told: Mapping[str, dict[str, Any]]) -> dict[str, Symptom]:
    return {key: Symptom(**{**one, "severity": Severity(one["severity"])}) for key, one in told.items()}
