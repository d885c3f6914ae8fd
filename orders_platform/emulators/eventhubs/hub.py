"""A hub: its partitions, consumer groups and time of creation, kept in a directory that one process owns."""

import logging
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from orders_platform.emulators.data_folder import locked_folder
from orders_platform.emulators.eventhubs.boot import boot_id
from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.facts import DamagedData, Facts, Run, read_facts, write_facts
from orders_platform.emulators.eventhubs.generation import doubts, notice
from orders_platform.emulators.eventhubs.key_hash import partition_index
from orders_platform.emulators.eventhubs.layout import FACTS, REPAIRED, hub_folders, partition_folders, sync_names
from orders_platform.emulators.eventhubs.log import LogOptions, PartitionLog
from orders_platform.errors import EnvironmentFault, InputError
from orders_platform.hub_name import folded

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class Hub:
    """One hub. `facts.created_ms` tells it from another one that had the same name before.

    Attributes:
        notice: what people should know of how it was opened; empty where all is as it was.
    """

    name: str
    partitions: list[PartitionLog]
    facts: Facts
    consumer_groups: frozenset[str]
    directory: Path
    notice: str = ""
    _turn: int = field(default=0, init=False)

    @property
    def created_ms(self) -> int:
        """When it was made, or began the generation that it is in."""
        return self.facts.created_ms

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

    def close(self) -> None:
        """Put all of it on the disk, say so there, and give the files back."""
        # where the disk refuses, the hub is left as it is after a kill
        with suppress(OSError):
            for log in self.partitions:
                log.sync()
            if self.facts.run is not None:
                write_facts(self.directory, replace(self.facts, run=replace(self.facts.run, is_closed=True)))
        for log in self.partitions:
            log.close()


class Hubs(Mapping[str, Hub]):
    """All hubs of one data directory, by name; case does not matter, as in Azure."""

    def __init__(self, lock: IO[str], hubs: Iterable[Hub]) -> None:
        """Hold the directory's lock for as long as the hubs are in use."""
        self._lock = lock
        self._hubs = {folded(hub.name): hub for hub in hubs}

    @classmethod
    def open(
        cls, data: Path, configs: Iterable[HubConfig], *, options: LogOptions, now_ms: int, boot: str | None = None
    ) -> "Hubs":
        """Open each hub that the configuration names, or make it.

        Args:
            boot: the machine's start that it is; None: asks the machine.

        Raises EnvironmentFault where another process has the directory or the data is damaged, InputError where a hub shall lose
        partitions.
        """
        opening = _Opening(data, options, now_ms, boot or boot_id())
        with ExitStack() as opened:
            lock = opened.enter_context(locked_folder(data, holds="the hub's data", user="hub process"))
            hubs = [opening.opened(config, opened) for config in configs]
            # from here on it is `close` that gives all of it back
            opened.pop_all()
        return cls(lock, hubs)

    @property
    def notices(self) -> list[str]:
        """What people should know of how the hubs were opened."""
        return [hub.notice for hub in self.values() if hub.notice]

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
            hub.close()
        self._lock.close()


@dataclass(frozen=True, slots=True)
class _Opening:
    """How hubs are opened."""

    data: Path
    options: LogOptions
    now_ms: int
    boot: str | None

    def opened(self, config: HubConfig, opened: ExitStack) -> Hub:
        """The hub; `opened` closes what is open when another one cannot be. Raises EnvironmentFault where its data is damaged."""
        try:
            return self._opened(config, hub_folders(self.data) / folded(config.name), opened)
        except DamagedData as damage:
            repair = f"orders-platform hub repair --data {shlex.quote(str(self.data))}"
            raise EnvironmentFault(
                f"{damage}, or run `{repair}`, which sets what is damaged aside and goes on with every whole record, "
                "as a new generation"
            ) from damage

    def _opened(self, config: HubConfig, directory: Path, opened: ExitStack) -> Hub:
        before, run = _facts(directory), Run(self.boot, self.options.fsync)
        if before and config.partitions < before.partitions:
            raise InputError(
                f"hub {config.name!r} has {before.partitions} partitions and cannot shrink to {config.partitions}: "
                f"ask for at least {before.partitions}, or give another --data, which makes a new hub"
            )
        facts = Facts(before.created_ms if before else self.now_ms, config.partitions, run)
        if before is None:
            write_facts(directory, facts)
            sync_names(directory.parent)
        logs = [opened.enter_context(closing(PartitionLog(directory / str(i), self.options))) for i in range(config.partitions)]
        why = list(doubts(logs, before, self.boot)) if before else []
        if why:
            facts = replace(facts, created_ms=max(self.now_ms, facts.created_ms + 1))
        write_facts(directory, facts)
        # only now: whoever is killed before this finds the same doubts again
        for log in logs:
            log.acknowledge()
        said = notice(config.name, why, logs) if why else ""
        if said:
            _LOGGER.warning(said)
        groups = frozenset(group.lower() for group in config.consumer_groups)
        return Hub(config.name, logs, facts, groups, directory, said)


def _facts(directory: Path) -> Facts | None:
    """What the directory says of the hub; None where there is none yet. Raises DamagedData."""
    if any(directory.glob(f"*{REPAIRED}")):
        raise DamagedData(f"a repair of {directory} was cut off: restore what it set aside")
    facts = read_facts(directory)
    if facts is None and partition_folders(directory):
        raise DamagedData(f"{directory / FACTS} is missing: restore it")
    return facts
