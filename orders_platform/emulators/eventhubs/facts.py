"""What a hub's directory says of the hub: when it was made, its partitions, and whether it was left in order."""

import json
from dataclasses import dataclass
from pathlib import Path

from orders_platform.emulators.eventhubs.layout import FACTS, put
from orders_platform.errors import EnvironmentFault


class DamagedData(EnvironmentFault):
    """Part of a hub's data is damaged or missing; nothing of the rest may be taken off, or given another meaning."""


@dataclass(frozen=True, slots=True)
class Run:
    """The process that had the hub last.

    Attributes:
        boot: the start of the machine that it ran in; None where the machine does not tell.
        fsync: whether it waited for the disk before it acknowledged anything.
        is_closed: whether it put everything on the disk when it ended.
    """

    boot: str | None
    fsync: bool
    is_closed: bool = False

    def may_have_lost(self, boot: str | None) -> bool:
        """Whether the machine may have died since with what was acknowledged and not yet on the disk."""
        return not (self.is_closed or self.fsync) and (boot is None or self.boot != boot)


@dataclass(frozen=True, slots=True)
class Facts:
    """A hub; `run` is None where an earlier version made it, which kept no account of it."""

    created_ms: int
    partitions: int
    run: Run | None = None


def read_facts(directory: Path) -> Facts | None:
    """What the directory says; None where there is no such file. Raises DamagedData where it is damaged."""
    path = directory / FACTS
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        run = Run(told["boot"], bool(told["fsync"]), is_closed=bool(told["closed"])) if "closed" in told else None
        return Facts(int(told["created_ms"]), int(told["partitions"]), run)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DamagedData(f"{path} is damaged: restore it") from fault


def write_facts(directory: Path, facts: Facts) -> None:
    """Put them on the disk itself, whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    told: dict[str, object] = {"created_ms": facts.created_ms, "partitions": facts.partitions}
    if facts.run is not None:
        told |= {"boot": facts.run.boot, "fsync": facts.run.fsync, "closed": facts.run.is_closed}
    put(directory / FACTS, json.dumps(told).encode())
