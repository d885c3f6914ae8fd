"""The audit: who did what by hand to the lake, when and why, and how it ended.

Kept as the ledger is (two small files an action, in a folder by day), so that it can be written where Spark is not started, or
where a table refuses to be. One file says that the action begins, the other how it ended; neither is ever written again. An
action whose second file is missing was killed, or is still at work.
"""

import json
import os
import pwd
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.full_disk import tells_of_it
from orders_platform.lakehouse.places import audit_folder

DONE, UNFINISHED, STOPPED = "done", "unfinished", "stopped"
_BEGUN, _ENDED = ".begun.json", ".ended.json"
_LONGEST: Final = 500
# what no address or connection string may leave behind: signatures, keys, passwords
_SECRETS: Final = re.compile(
    r"\?[^\s\"]+|((?:key|token|secret|password|signature)\w*\s*[=:]\s*)[^\s;\"]+|(//[^/\s:@]+:)[^@\s/]+(?=@)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody does by hand.

    Attributes:
        who: a user of the machine or the workspace, or a run of Dagster.
        name: what it is called: release, restore, rebuild, replay, pass.
        arguments: what it was told; secrets are cut out, bodies of messages never stand here.
        why: as whoever did it said; empty where nobody asked.
    """

    who: str
    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An action as the audit tells of it.

    Attributes:
        outcome: done, stopped, unfinished, or the name and sentence of the fault.
    """

    id: str
    who: str
    action: str
    arguments: str
    why: str
    begun_at: datetime
    ended_at: datetime | None
    outcome: str


@contextmanager
def acting(lake: str, action: Action) -> Iterator[None]:
    """Enter an action into the audit before it begins, and how it ended; where it cannot be entered, it does not begin."""
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
    folder = audit_folder(lake) / f"{now:%Y-%m-%d}"
    arguments = _without_secrets(json.dumps(dict(action.arguments), default=str, sort_keys=True))
    told = {"who": action.who, "name": action.name, "arguments": arguments, "why": _without_secrets(action.why)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _put(folder / f"{name}{_BEGUN}", {**told, "at": now.isoformat()})
    except OSError as fault:
        if tells_of_it(fault):
            raise
        raise EnvironmentFault(f"the lake {lake} cannot be written: {fault.strerror}; make room or set ORDERS_LAKE") from fault
    outcome = STOPPED
    try:
        yield
        outcome = DONE
    except Exception as fault:
        outcome = _without_secrets(f"{type(fault).__name__}: {fault}")[:_LONGEST]
        raise
    finally:
        _put(folder / f"{name}{_ENDED}", {"outcome": outcome, "at": datetime.now(UTC).isoformat()})


def read(lake: str, warn: Callable[[str], None] = lambda _: None) -> Iterator[Entry]:
    """Every action, oldest first; `warn` is told of each file that is damaged, and left out."""
    for begun in sorted(audit_folder(lake).glob(f"*/*{_BEGUN}")):
        ended = begun.with_name(begun.name.removesuffix(_BEGUN) + _ENDED)
        try:
            yield _entry(begun.name.removesuffix(_BEGUN), _of(begun), _of(ended) if ended.exists() else {})
        except (ValueError, KeyError, TypeError):
            warn(
                f"{begun} or {ended.name} is no entry of the audit, and is left out: keep both files, since nothing else tells it"
            )


def user() -> str:
    """Who works on this machine, by the system's own books: no variable of theirs changes it."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _entry(name: str, begun: Mapping[str, Any], ended: Mapping[str, Any]) -> Entry:
    return Entry(
        id=name,
        who=begun["who"],
        action=begun["name"],
        arguments=begun["arguments"],
        why=begun["why"],
        begun_at=datetime.fromisoformat(begun["at"]),
        ended_at=datetime.fromisoformat(ended["at"]) if ended else None,
        outcome=ended.get("outcome", UNFINISHED),
    )


def _of(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def _put(path: Path, told: Mapping[str, object]) -> None:
    """Aside and renamed, so that no reader sees half a file."""
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(told))
    aside.replace(path)


def _without_secrets(text: str) -> str:
    return _SECRETS.sub(lambda found: f"{found[1] or found[2] or '?'}•••", text)
