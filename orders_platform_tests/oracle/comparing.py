"""Found rows against expected ones, in sentences that a person can act on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orders_platform_tests.oracle.facts import Row

Key = tuple[Any, ...]
MOST = 5


def differences(table: str, key: Sequence[str], expected: Iterable[Row], found: Iterable[Row]) -> list[str]:
    """Every way in which `found` is not `expected`; columns that are not expected are not looked at."""
    wanted, found = {_key(row, key): row for row in expected}, list(found)
    standing = {_key(row, key): row for row in found}
    return [
        *doubled(table, key, found),
        *listed(f"{table} lacks", wanted.keys() - standing.keys()),
        *listed(f"{table} should not hold", standing.keys() - wanted.keys()),
        *changed(table, wanted, standing),
    ]


def doubled(table: str, key: Sequence[str], found: Iterable[Row]) -> list[str]:
    """Keys that stand more than once."""
    counts = Counter(_key(row, key) for row in found)
    return listed(f"{table} holds more than once", (key for key, count in counts.items() if count > 1))


def changed(table: str, wanted: Mapping[Key, Row], standing: Mapping[Key, Row]) -> list[str]:
    """Rows that are there, but say something else."""
    faults = [
        f"{table} {_name(key)}: {column} is {standing[key].get(column)!r}, should be {value!r}"
        for key in sorted(wanted.keys() & standing.keys(), key=repr)
        for column, value in wanted[key].items()
        if standing[key].get(column) != value
    ]
    return _shortened(faults, table)


def listed(saying: str, keys: Iterable[Key]) -> list[str]:
    """One sentence a key, shortened when there are many."""
    return _shortened([f"{saying} {_name(key)}" for key in sorted(keys, key=repr)], saying)


def _shortened(faults: list[str], about: str) -> list[str]:
    return faults if len(faults) <= MOST else [*faults[:MOST], f"{about}: and {len(faults) - MOST} more like these"]


def _key(row: Row, key: Sequence[str]) -> Key:
    return tuple(row[column] for column in key)


def _name(key: Key) -> str:
    return ", ".join(str(part) for part in key)
