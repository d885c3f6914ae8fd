"""A hub: its partitions, consumer groups and time of creation, kept in a directory that one process owns."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from orders_platform.emulators.data_folder import locked_folder
from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.key_hash import partition_index
from orders_platform.emulators.eventhubs.log import LogOptions, PartitionLog
from orders_platform.errors import EnvironmentFault, InputError
from orders_platform.hub_name import folded

_HUBS, _FACTS = "hubs", "hub.json"


@dataclass(slots=True)
class Hub:
    """One hub. `created_ms` tells it from another one that had the same name before."""

    name: str
    partitions: list[PartitionLog]
    created_ms: int
    consumer_groups: frozenset[str]
    _turn: int = field(default=0, init=False)

    def partition(self, partition_id: str) -> PartitionLog | None:
        """The partition of that id, or None."""
        known = partition_id.isascii() and partition_id.isdigit() and int(partition_id) < len(self.partitions)
        return self.partitions[int(partition_id)] if known and partition_id == str(int(partition_id)) else None

    def index_of_key(self, key: str) -> int:
        """The partition of a key: always the same for the same key, until partitions are added."""
        return partition_index(key, len(self.partitions))

    def next_index(self) -> int:
        """The partition whose turn it is."""
        self._turn += 1
        return self._turn % len(self.partitions)

    def has_group(self, group: str) -> bool:
        """Whether the consumer group exists; case does not matter, as in Azure."""
        return group.lower() in self.consumer_groups


class Hubs(Mapping[str, Hub]):
    """All hubs of one data directory, by name; case does not matter, as in Azure."""

    def __init__(self, lock: IO[str], hubs: Iterable[Hub]) -> None:
        """Hold the directory's lock for as long as the hubs are in use."""
        self._lock = lock
        self._hubs = {folded(hub.name): hub for hub in hubs}

    @classmethod
    def open(cls, data: Path, configs: Iterable[HubConfig], *, options: LogOptions, now_ms: int) -> "Hubs":
        """Open each hub that the configuration names, or make it.

        Raises EnvironmentFault where another process has the directory, InputError where a hub shall lose partitions.
        """
        lock = locked_folder(data, holds="the hub's data", user="hub process")
        try:
            return cls(lock, [_open_hub(data, config, options=options, now_ms=now_ms) for config in configs])
        except Exception:
            lock.close()
            raise

    def __getitem__(self, name: str) -> Hub:
        return self._hubs[folded(name)]

    def __iter__(self) -> Iterator[str]:
        return iter([hub.name for hub in self._hubs.values()])

    def __len__(self) -> int:
        return len(self._hubs)

    def expire(self, now_ms: int) -> None:
        """Apply the retention everywhere."""
        for hub in self.values():
            for partition in hub.partitions:
                partition.expire(now_ms)

    def close(self) -> None:
        """Give files and lock back."""
        for hub in self.values():
            for partition in hub.partitions:
                partition.close()
        self._lock.close()


def _open_hub(data: Path, config: HubConfig, *, options: LogOptions, now_ms: int) -> Hub:
    directory = data / _HUBS / folded(config.name)
    created_ms, before = _facts(directory) or (now_ms, 0)
    if config.partitions < before:
        raise InputError(
            f"hub {config.name!r} has {before} partitions and cannot shrink to {config.partitions}: "
            f"ask for at least {before}, or delete {directory}, which makes a new hub"
        )
    if config.partitions > before:
        _write_facts(directory, created_ms, config.partitions)
    partitions = [PartitionLog(directory / str(index), options) for index in range(config.partitions)]
    return Hub(config.name, partitions, created_ms, frozenset(group.lower() for group in config.consumer_groups))


def _facts(directory: Path) -> tuple[int, int] | None:
    """When the hub was made and its number of partitions; None where there is no hub yet."""
    path = directory / _FACTS
    if not path.exists():
        return None
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return int(facts["created_ms"]), int(facts["partitions"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EnvironmentFault(f"{path} is damaged: restore it, or delete {directory}, which makes a new hub") from error


def _write_facts(directory: Path, created_ms: int, partitions: int) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    draft = directory / f"{_FACTS}.new"
    draft.write_text(json.dumps({"created_ms": created_ms, "partitions": partitions}), encoding="utf-8")
    draft.rename(directory / _FACTS)
