"""Starts and ends the platform's processes on this machine; none of them outlives this one."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from orders_platform.errors import EnvironmentFault

_GUARD_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05
_STAY_SECONDS: Final = 0.3
_LAST_LINES: Final = 3
_LOOKED_AT: Final = 10
_TELLS_OF_A_FAULT: Final = re.compile(r"[\w.]*(Error|Exception|Fault)\b|.*\b(FATAL|PANIC|DETAIL)\b")
# of our own log, of Spark's
_SAYING: Final = ("said", "msg", "event")
_OWNER_ONLY: Final = 0o600
# with less no process starts or goes on
_ROOM_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Child:
    """A running process, under a guard that ends it when this process ends, however that comes about."""

    name: str
    guard: subprocess.Popen[str]
    log: Path

    @property
    def ended(self) -> bool:
        """Whether it is gone, by itself or asked to."""
        return self.guard.poll() is not None

    def read_line(self, deadline_seconds: float, saying: str = "") -> str:
        """Read the first line that it prints with `saying` in it. Raises EnvironmentFault where it ends or is silent."""
        until = time.monotonic() + deadline_seconds
        while time.monotonic() < until:
            *whole, _ = self.log.with_suffix(".out").read_text().split("\n")
            line = next((each for each in whole if saying in each), None)
            if line is not None:
                return line
            if self.ended:
                raise self.fault("did not start")
            time.sleep(_LOOK_SECONDS)
        raise self.fault(f"was not ready within {deadline_seconds:.0f} seconds")

    def fault(self, what: str) -> EnvironmentFault:
        """Say what went wrong with it, in its own last words; where its disk is full, that is what went wrong."""
        free = shutil.disk_usage(self.log.parent).free
        if free < _ROOM_BYTES:
            return EnvironmentFault(
                f"{self.name} {what}: the disk under {self.log.parent.parent} is full ({free // 1000} kB are free): make room, "
                "then start again; it goes on where it stood"
            )
        return EnvironmentFault(f"{self.name} {what}: {self._last_words()} (log: {self.log})")

    def _last_words(self) -> str:
        """The line that tells of a fault, where one of the last does: Dagster's goes to its output, and others follow it."""
        said, logged = (_lines(file)[-_LOOKED_AT:] for file in (self.log.with_suffix(".out"), self.log))
        faults = [line for line in (*said, *logged) if _TELLS_OF_A_FAULT.match(line)]
        return faults[-1] if faults else " ".join(logged[-_LAST_LINES:]) or "it said nothing"


class Children:
    """The processes that this one started, ended in the reverse order when the block ends."""

    def __init__(self, logs: Path, grace_seconds: float = 15.0) -> None:
        """Keep what the children print under `logs`; a child that is asked to end has `grace_seconds` to do so."""
        self._logs = logs
        self._grace_seconds = grace_seconds
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        """Begin with none."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End all, newest first; none is left when this returns."""
        while self._children:
            stop(self._children.pop(), self._grace_seconds)

    def start(self, name: str, command: Sequence[str]) -> Child:
        """Start `command`; what it prints goes to files named after it, which its user alone may read: it may print a key."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        said = log.with_suffix(".out")
        with open(log, "w", opener=_for_its_owner) as errors, open(said, "w", opener=_for_its_owner) as output:
            guard = subprocess.Popen(  # noqa: S603  our own commands, without a shell
                [sys.executable, "-m", "orders_platform.local.guard", str(self._grace_seconds), *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        child = Child(name, guard, log)
        self._children.append(child)
        return child

    def stay(self) -> None:
        """Stay until a signal comes. Raises EnvironmentFault where one ends by itself."""
        while (ended := self.first_ended()) is None:
            time.sleep(_STAY_SECONDS)
        raise ended.fault("ended by itself; start again, all goes on where it stood; its last words")

    def first_ended(self) -> Child | None:
        """One that is gone while it should run, if any."""
        return next((child for child in self._children if child.ended), None)


def stop(child: Child, grace_seconds: float) -> None:
    """End a child and all that it started. Closing the pipe is the same sign that the guard gets when this process dies."""
    if child.guard.stdin:
        child.guard.stdin.close()
    try:
        # the guard gets longer than it gives, so that it is the guard that ends the children
        child.guard.wait(grace_seconds + _GUARD_SECONDS)
    except subprocess.TimeoutExpired:
        child.guard.kill()
        child.guard.wait()


def stop_on_sigterm() -> None:
    """End on SIGTERM as on Ctrl-C: in order, with all children."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def free_port(wanted: int | None = None, *, preferred: int | None = None) -> int:
    """Pick a port of the loopback address: `wanted`, or else `preferred` where free, or any. Raises EnvironmentFault."""
    if wanted is not None:
        if not _is_free(wanted):
            raise EnvironmentFault(f"port {wanted} is taken: name another one by --port, or leave --port out")
        return wanted
    if preferred is not None and _is_free(preferred):
        return preferred
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _for_its_owner(path: str, flags: int) -> int:
    """Open a file for its owner alone, also where an earlier start left one that others may read."""
    file = os.open(path, flags, _OWNER_ONLY)
    os.fchmod(file, _OWNER_ONLY)
    return file


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _lines(file: Path) -> list[str]:
    return [_in_words(line.strip()) for line in file.read_text(errors="replace").splitlines() if line.strip()]


def _in_words(line: str) -> str:
    """What a line says; of a process that logs in fields, the end of its traceback, or the field that is for people."""
    try:
        fields = json.loads(line)
    except ValueError:
        return line
    if not isinstance(fields, dict):
        return line
    trace = str(fields.get("exception") or "").strip().splitlines()
    said = trace[-1] if trace else next((fields[name] for name in _SAYING if fields.get(name)), line)
    return " ".join(str(said).split())
