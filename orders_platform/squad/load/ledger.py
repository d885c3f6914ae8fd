"""The ledger of what the API accepted: its entries, reading them, and comparing them with the orders of a table.

A line is one order document of an accepted answer, or a call whose outcome stayed unknown. Whatever the ledger says was accepted
must be found downstream, once; this is what the platform is judged by.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

import orjson

from orders_platform.errors import InputError

_FIELDS = ("order_id", "version", "kind", "status", "currency", "total_minor", "placed_at", "country", "cancels_order_id")
_MOST = 5


@dataclass(frozen=True, slots=True)
class Accepted:
    """A version of an order that the API has said is accepted."""

    order_id: str
    version: int
    kind: str
    status: str
    currency: str
    total_minor: int
    placed_at: datetime
    country: str
    cancels_order_id: str | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A call that may have been carried out or not; an order that was to be placed has no id."""

    key: str
    call: str
    order_id: str | None


@dataclass(slots=True)
class Totals:
    """Figures of a day in one currency, as gold and the API's reconciliation have them."""

    orders: int = 0
    cancellations: int = 0
    gross_minor: int = 0
    cancelled_minor: int = 0

    @property
    def net_minor(self) -> int:
        """What is left."""
        return self.gross_minor - self.cancelled_minor


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that a load was told, in turn.

    Attributes:
        torn: whether the writer was killed within its last line, which does not count: nobody was told of it.
    """

    accepted: tuple[Accepted, ...]
    unknown: tuple[Unknown, ...] = ()
    torn: bool = False

    def expected(self) -> dict[str, Accepted]:
        """By order, its highest version that was accepted; answers come in any order."""
        highest: dict[str, Accepted] = {}
        for one in self.accepted:
            if one.order_id not in highest or one.version > highest[one.order_id].version:
                highest[one.order_id] = one
        return highest

    def totals(self, zone: tzinfo = UTC) -> dict[tuple[date, str], Totals]:
        """Totals by the day of `zone` on which an order was placed, and by currency."""
        days: dict[tuple[date, str], Totals] = defaultdict(Totals)
        for order in self.expected().values():
            day = days[order.placed_at.astimezone(zone).date(), order.currency]
            if order.kind == "sale":
                day.orders += 1
                day.gross_minor += order.total_minor
            else:
                day.cancellations += 1
                day.cancelled_minor -= order.total_minor
        return dict(days)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Accepted orders against those found.

    Attributes:
        lost: ids that are accepted and not there.
        doubled: ids that stand in more than one row.
        differing: a sentence for each order that is not as it was accepted.
        unaccounted: ids that are there and in no answer; each needs a call of unknown outcome, or another caller.
        explained: how many orders calls of unknown outcome may have made.
    """

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    unaccounted: tuple[str, ...] = ()
    explained: int = field(default=0)

    def faults(self, *, only_caller: bool = False) -> list[str]:
        """What breaks the promise, a sentence each; `only_caller`: nobody else placed orders, so each one must be known."""
        unaccounted = self.unaccounted if only_caller and len(self.unaccounted) > self.explained else ()
        return [
            *_shortened([f"{order} was accepted and is lost" for order in self.lost]),
            *_shortened([f"{order} stands more than once" for order in self.doubled]),
            *_shortened(list(self.differing)),
            *_shortened([f"{order} is there, and nobody was told so" for order in unaccounted]),
        ]


def entries(call: str, key: str, documents: Iterable[Mapping[str, Any]]) -> bytes:
    """The lines of an accepted answer."""
    known = {"at": datetime.now(UTC), "call": call, "key": key}
    return b"".join(_line(known | {name: document.get(name) for name in _FIELDS}) for document in documents)


def unknown_entry(call: str, key: str, order_id: str | None) -> bytes:
    """The line of a call whose outcome stayed unknown."""
    return _line({"at": datetime.now(UTC), "unknown": key, "call": call, "order_id": order_id})


def read_ledger(path: Path) -> Ledger:
    """A ledger as it was written so far. Raises InputError."""
    try:
        *lines, last = path.read_bytes().split(b"\n")
    except OSError as fault:
        raise InputError(f"{path}: cannot be read ({fault.strerror or fault}); give the file that --ledger named") from fault
    accepted, unknown = [], []
    for number, line in enumerate(lines, start=1):
        entry = _entry(line, path, number)
        if isinstance(entry, Unknown):
            unknown.append(entry)
        else:
            accepted.append(entry)
    return Ledger(tuple(accepted), tuple(unknown), torn=bool(last))


def accepted_once(ledger: Ledger, rows: Iterable[Mapping[str, Any]]) -> Comparison:
    """The ledger against rows with order_id, order_version, kind, total_minor and currency.

    A call of unknown outcome may have taken its order further than anyone was told.
    """
    found, expected = list(rows), ledger.expected()
    counts = Counter(str(row["order_id"]) for row in found)
    further = {one.order_id for one in ledger.unknown if one.order_id}
    faults = (
        fault for row in found if (one := expected.get(str(row["order_id"])))
        for fault in _differences(one, row, may_be_further=one.order_id in further)
    )  # fmt: skip
    return Comparison(
        lost=tuple(sorted(expected.keys() - counts.keys())),
        doubled=tuple(sorted(order for order, count in counts.items() if count > 1)),
        differing=tuple(faults),
        unaccounted=tuple(sorted(counts.keys() - expected.keys())),
        explained=sum(one.call in ("place", "cancel") for one in ledger.unknown),
    )


def _differences(one: Accepted, row: Mapping[str, Any], *, may_be_further: bool) -> list[str]:
    if may_be_further and row["order_version"] > one.version:
        return []
    wanted = {"order_version": one.version, "kind": one.kind, "total_minor": one.total_minor, "currency": one.currency}
    return [
        f"{one.order_id}: {name} is {row[name]!r}, accepted was {value!r}" for name, value in wanted.items() if row[name] != value
    ]


def _line(entry: Mapping[str, object]) -> bytes:
    return orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _entry(line: bytes, path: Path, number: int) -> Accepted | Unknown:
    try:
        read = orjson.loads(line)
        if "unknown" in read:
            return Unknown(read["unknown"], read["call"], read["order_id"])
        values = {name: read[name] for name in _FIELDS}
        return Accepted(**values | {"placed_at": datetime.fromisoformat(values["placed_at"])})
    except (ValueError, KeyError, TypeError) as fault:
        raise InputError(f"{path}, line {number}: is no entry of a ledger ({fault}); give a file that `load` wrote") from fault


def _shortened(faults: list[str]) -> list[str]:
    return faults if len(faults) <= _MOST else [*faults[:_MOST], f"and {len(faults) - _MOST} more like these"]
