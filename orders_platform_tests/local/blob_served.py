"""`blob serve` as users start it: a process of its own, with what it said when it was ready, and azurite below it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from orders_platform_tests.local.waiting import wait_until

END_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Served:
    """A Blob storage that answers.

    Attributes:
        env: the settings by which the platform reaches it.
    """

    process: subprocess.Popen[str]
    env: dict[str, str]

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return self.env["ORDERS_BLOB_EMULATOR"]

    def kill_azurite(self) -> None:
        """End azurite without warning, and wait until `blob serve` has noticed."""
        (azurite,) = [each for each in psutil.Process(self.process.pid).children(recursive=True) if each.name() == "node"]
        azurite.kill()
        self.process.wait(END_SECONDS)


@contextmanager
def blob_served(home: Path, *, port: int = 0) -> Iterator[Served]:
    """Serve the blobs of a home; it has ended when the block ends, whatever became of it meanwhile."""
    command = [sys.executable, "-m", "orders_platform", "blob", "serve", "--home", str(home), "--port", str(port)]
    log = home.with_name(f"{home.name}.log")
    with log.open("a") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, log.read_text()
            yield Served(process, json.loads(line)["env"])
        finally:
            process.terminate()
            wait_until(lambda: process.poll() is not None, END_SECONDS)
