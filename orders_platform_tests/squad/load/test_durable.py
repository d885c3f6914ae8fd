"""What the ledger has taken is on the disk, whatever happens to the process."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orders_platform.errors import EnvironmentFault
from orders_platform.squad.event_loop import run
from orders_platform.squad.load.durable import DurableLedger

WRITER = """
import sys
from pathlib import Path
from orders_platform.squad.event_loop import run
from orders_platform.squad.load.durable import DurableLedger

async def keep(ledger):
    for number in range(10**6):
        await ledger.keep(b"%d\\n" % number)
        print(number, flush=True)

with DurableLedger(Path(sys.argv[1])) as ledger:
    run(keep(ledger))
"""
FULL = """
import resource, sys
from pathlib import Path
from orders_platform.squad.event_loop import run
from orders_platform.squad.load.durable import DurableLedger

resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

async def keep(ledger):
    for _ in range(1000):
        await ledger.keep(b"nine char\\n")

with DurableLedger(Path(sys.argv[1])) as ledger:
    run(keep(ledger))
"""


def test_entries_are_in_the_file_once_they_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger"

    async def keep(ledger: DurableLedger) -> list[bytes]:
        kept = [ledger.keep(b"%d\n" % number) for number in range(200)]
        await asyncio.gather(*kept)
        return path.read_bytes().splitlines()

    with DurableLedger(path) as ledger:
        found = run(keep(ledger))

    assert sorted(map(int, found)) == list(range(200))


def test_entries_are_kept_once_the_disk_has_them_many_by_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, synced, sync = tmp_path / "ledger", [0], os.fsync

    def watched(descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        sync(descriptor)
        synced.append(size)

    async def keep(ledger: DurableLedger) -> list[int]:
        monkeypatch.setattr(os, "fsync", watched)
        return await asyncio.gather(*(_size_synced(ledger) for _ in range(200)))

    async def _size_synced(ledger: DurableLedger) -> int:
        await ledger.keep(b"entry\n")
        return synced[-1]

    with DurableLedger(path) as ledger:
        sizes = run(keep(ledger))

    assert all(size >= len(b"entry\n") * place for place, size in enumerate(sizes, start=1))
    assert 1 < len(synced) < 100


def test_entries_that_nobody_waits_for_are_there_at_the_end(tmp_path: Path) -> None:
    with DurableLedger(tmp_path / "ledger") as ledger:
        ledger.note(b"left behind\n")

    assert (tmp_path / "ledger").read_bytes() == b"left behind\n"


@pytest.mark.faults
def test_a_killed_writer_loses_nothing_that_it_said_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(10)]
        writer.send_signal(signal.SIGKILL)
        told += map(int, writer.stdout.read().split())

    assert [int(line) for line in path.read_bytes().splitlines()[: len(told)]] == told


def test_a_torn_line_is_cut_off_before_the_file_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(b"whole\ntor")

    with DurableLedger(path) as ledger:
        ledger.note(b"next\n")

    assert path.read_bytes() == b"whole\nnext\n"
    assert ledger.cut_bytes == 3


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"ledger .* cannot be written \(Is a directory\)"):
        DurableLedger(tmp_path)


@pytest.mark.faults
def test_a_full_disk_is_told_to_who_waits(tmp_path: Path) -> None:
    path = tmp_path / "ledger"

    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False)

    assert "EnvironmentFault: the ledger" in done.stderr
    assert "File too large" in done.stderr
    assert path.read_bytes() == b"nine char\n" * 10
