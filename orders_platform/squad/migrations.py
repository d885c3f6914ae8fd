"""Brings a database's tables to this version: each file of `sql/migrations` once, in the order of their numbers."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from orders_platform.errors import InputError
from orders_platform.squad.database import Connection, connect, serving

# One migration at a time, whoever starts it; any number that no one else uses.
_LOCK = 7_316_004_221
_APPLIED = """
create table if not exists schema_migrations (
    number integer primary key, name text not null, applied_at timestamptz not null default now()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """A file of `sql/migrations`, like `0001_orders_and_outbox.sql`."""

    number: int
    name: str
    sql: bytes


@cache
def migrations() -> tuple[Migration, ...]:
    """All of them, in their order."""
    folder = files("orders_platform.squad").joinpath("sql/migrations")
    found = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    read = (Migration(int(file.name[:4]), file.name, file.read_bytes()) for file in found)
    return tuple(sorted(read, key=lambda one: one.number))


def migrate(url: str) -> list[str]:
    """Apply what is missing, each file as a whole or not at all; names of those applied now.

    Raises EnvironmentFault where the database does not serve, InputError where it is of a later version than this program.
    """
    with serving(), connect(url, patient=True) as connection:
        # freed with the connection, so that a migration which is killed holds nobody up
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(_APPLIED)
        return [_apply(connection, one) for one in _missing(connection)]


def _missing(connection: Connection) -> list[Migration]:
    applied = {row["number"]: row["name"] for row in connection.execute("select number, name from schema_migrations")}
    known = migrations()
    unknown = sorted(name for number, name in applied.items() if number not in {one.number for one in known})
    if unknown:
        raise InputError(f"the database has {', '.join(unknown)}, which this version does not know: use the version that made it")
    return [one for one in known if one.number not in applied]


def _apply(connection: Connection, migration: Migration) -> str:
    with connection.transaction():
        connection.execute(migration.sql)
        connection.execute("insert into schema_migrations (number, name) values (%s, %s)", (migration.number, migration.name))
    return migration.name
