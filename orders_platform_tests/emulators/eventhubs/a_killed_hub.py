"""A hub as a killed process leaves it, and what can happen to its files."""

import shutil
from collections.abc import Callable
from pathlib import Path

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.hub import Hubs
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform_tests.emulators.eventhubs.an_event import append, contents, numbers

BOOT, OTHER_BOOT = "boot", "another boot"
SMALL, ONE_FILE = LogOptions(segment_bytes=400), LogOptions()
EVENTS = 12
Damage = Callable[[Path], None]


def opened(data: Path, *, now_ms: int = 2_000, boot: str = BOOT, partitions: int = 1, options: LogOptions = SMALL) -> Hubs:
    """The hub of a data directory, as a process has it."""
    return Hubs.open(data, [HubConfig("orders", partitions)], options=options, now_ms=now_ms, boot=boot)


def killed(tmp_path: Path, events: int = EVENTS, *, options: LogOptions = SMALL) -> Path:
    """What a process leaves behind that is killed once it has acknowledged so many events, each in a batch of its own."""
    hubs = opened(tmp_path / "alive", now_ms=1_000, options=options)
    for number in numbers(range(events)):
        append(hubs["orders"].partitions[0], number)
    # the kernel keeps all that was written, so a copy is what the next process finds
    shutil.copytree(tmp_path / "alive", tmp_path / "data")
    hubs.close()
    return tmp_path / "data"


def partition(data: Path) -> Path:
    """The folder of the only partition."""
    return data / "hubs" / "orders" / "0"


def segments(data: Path) -> list[Path]:
    """The files of its log."""
    return sorted(partition(data).glob("*.log"))


def flip(path: Path, place: int) -> None:
    """Damage one byte."""
    content = bytearray(path.read_bytes())
    content[place] ^= 0x40
    path.write_bytes(content)


def held(data: Path, *, now_ms: int = 2_000, partitions: int = 1) -> tuple[int, list[bytes], str]:
    """Generation, events and notice of the hub, opened once more."""
    hubs = opened(data, now_ms=now_ms, partitions=partitions)
    hub = hubs["orders"]
    found = hub.created_ms, contents(hub.partitions[0], hub.partitions[0].begin), hub.notice
    hubs.close()
    return found


def cut_the_last_record(data: Path) -> None:
    segments(data)[-1].write_bytes(segments(data)[-1].read_bytes()[:-3])


def every_file(data: Path) -> dict[str, bytes]:
    """All that is kept, whatever it is called; the lock aside."""
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file() and path.name != "lock"}
