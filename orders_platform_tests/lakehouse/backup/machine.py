"""A machine that keeps a backup, by settings alone: each verb is a process with a Spark of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

RUN_SECONDS = 180
BACKUP = (sys.executable, "-m", "orders_platform", "backup")


@dataclass(frozen=True, slots=True)
class Machine:
    """What its processes are told."""

    env: Mapping[str, str]

    @contextmanager
    def starts(self, *command: str) -> Iterator["subprocess.Popen[str]"]:
        """A command at work; it has ended when the block ends."""
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ | dict(self.env)) as process:
            try:
                yield process
            finally:
                # its Java hears of it by its pipe
                process.kill()

    def runs(self, *words: str) -> list[dict[str, Any]]:
        """What a verb of the backup tells, a report for each table."""
        with self.starts(*BACKUP, *words, "--json") as process:
            told, said = process.communicate(timeout=RUN_SECONDS)
        assert process.returncode == 0, said
        return reports(told)


def reports(told: str) -> list[dict[str, Any]]:
    """The reports in what a process printed; between them, Java may say something of itself."""
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


def verdicts(report: Mapping[str, Any]) -> dict[str, bool]:
    """Which checks pass."""
    return {check["name"]: check["passed"] for check in report["checks"]}
