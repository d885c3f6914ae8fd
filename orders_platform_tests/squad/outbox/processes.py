"""`relay` as a process of its own, to be ended and killed."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RelayProcess:
    """One that runs; its log goes to a file.

    Attributes:
        said: what it tells when it is ready.
    """

    process: "subprocess.Popen[str]"
    said: dict[str, str | None]

    def end(self, number: int) -> int:
        """Send a signal; how it ended."""
        self.process.send_signal(number)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def start(env: Mapping[str, str], log: Path, *words: str) -> RelayProcess:
    """A relay that is ready."""
    command = [sys.executable, "-m", "orders_platform", "relay", "--json", *words]
    with log.open("a") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | dict(env))
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, log.read_text()
    return RelayProcess(process, json.loads(line))
