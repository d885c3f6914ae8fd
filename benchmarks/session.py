"""The parent's side of a contender: starts its process, asks for passes, ends it."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.contender import Told
from orders_platform.errors import EnvironmentFault

_GRACE_SECONDS = 30


class Session:
    """One process with one Spark session, warm from its second pass on."""

    def __init__(self, contender: str, log: Path) -> None:
        """Start `contender`; what it prints goes to `log`."""
        self._contender, self._log = contender, log
        self._started = time.monotonic()
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.contender"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=log.parent,
            )

    def __enter__(self) -> Self:
        """Is running already."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End it: at the end of its input it stops by itself."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_GRACE_SECONDS if kind is None else 1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def age(self) -> float:
        """Seconds since the process was started."""
        return time.monotonic() - self._started

    def run(self, lake: Path, contender: str | None = None) -> Told:
        """One pass over `lake`. Raises EnvironmentFault where the process ended."""
        if self._process.stdin is None or self._process.stdout is None:
            raise EnvironmentFault("the contender has no pipes")
        asked = {"contender": contender or self._contender, "lake": str(lake)}
        # where it ended, its silence says so below
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise EnvironmentFault(f"{self._contender} ended: {' '.join(self._log.read_text().splitlines()[-3:])}")
        return Told(**json.loads(answer))
