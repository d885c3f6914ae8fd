"""The one pipeline of this machine, and its updates: each is a child process that runs the pipeline of Spark's open source.

Updates and events are forgotten when the service ends; tables and checkpoints are not.
"""

import asyncio
import json
import os
import re
import signal
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from orders_platform.emulators.databricks.clock import Clock
from orders_platform.emulators.databricks.errors import ResourceConflict, ResourceMissing
from orders_platform.emulators.databricks.pipeline_events import PIPELINE_ID, EventLog

ENDED: Final = frozenset({"COMPLETED", "FAILED", "CANCELED"})
# what the command says of a flow, and where the rules stand in the definition
_DONE: Final = re.compile(r"(\w+) is done$")
_JUDGED: Final = "sound_messages"
_LONGEST_LINE: Final = 2**26
_KEPT: Final = 99


@dataclass(slots=True)
class Update:
    """An update and where it stands, in the words of the API."""

    update_id: str
    created_ms: int
    full_refresh: bool
    state: str = "CREATED"


class Pipeline:
    """Its updates, newest last, one at work at most."""

    def __init__(self, command: tuple[str, ...], clock: Clock, log: Path, grace_seconds: float) -> None:
        """Each update runs `command`; `log` takes what the last one said."""
        self._command = command
        self._clock = clock
        self._log = log
        self._grace_seconds = grace_seconds
        self._child: asyncio.subprocess.Process | None = None
        self._work: asyncio.Task[None] | None = None
        self.log = EventLog(clock)
        self.updates: list[Update] = []

    @property
    def active(self) -> Update | None:
        """The update at work."""
        return next((update for update in self.updates[-1:] if update.state not in ENDED), None)

    def start(self, *, full_refresh: bool) -> Update:
        """Begin an update. Raises ResourceConflict where one is at work."""
        if self.active:
            raise ResourceConflict(f"An active update {self.active.update_id} already exists for pipeline {PIPELINE_ID}.")
        update = Update(str(uuid.uuid4()), self._clock.now_ms(), full_refresh)
        self.updates = [*self.updates[-_KEPT:], update]
        self.log.forget_but(update.update_id for update in self.updates)
        self.log.created(update.update_id, full_refresh=full_refresh)
        self._work = asyncio.get_running_loop().create_task(self._carry_out(update))
        return update

    def update(self, update_id: str) -> Update:
        """An update by its id. Raises ResourceMissing where there is none."""
        found = next((update for update in self.updates if update.update_id == update_id), None)
        if found is None:
            raise ResourceMissing(f"Update {update_id} of pipeline {PIPELINE_ID} was not found.")
        return found

    def stop(self) -> None:
        """Cancel the update at work; without one, nothing happens."""
        if self.active and self.active.state != "STOPPING":
            self._move(self.active, "STOPPING")
            if self._child is not None:
                self._interrupt(self._child)

    async def close(self) -> None:
        """Cancel what is at work, and wait for its end."""
        self.stop()
        if self._work is not None:
            await self._work

    async def _carry_out(self, update: Update) -> None:
        try:
            told, said, code = await self._run(update)
            if update.state == "STOPPING":
                self._move(update, "CANCELED")
            elif code:
                self._move(update, "FAILED", said[-1] if said else f"the pipeline's process ended with {code}")
            else:
                self._tell(update.update_id, json.loads(told))
                self._move(update, "COMPLETED")
        except (OSError, ValueError, KeyError) as fault:
            # an update without an end would keep all others from starting
            self._move(update, "FAILED", f"the pipeline's process cannot be started or understood: {fault}")

    async def _run(self, update: Update) -> tuple[bytes, list[str], int]:
        """What the command printed, the lines it said beside it, and its exit code."""
        words = [*self._command, *(["--full-refresh"] if update.full_refresh else [])]
        pipe = asyncio.subprocess.PIPE
        child = self._child = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True, limit=_LONGEST_LINE
        )
        if update.state == "STOPPING":
            # it was asked to while the process came up
            self._interrupt(child)
        else:
            self._move(update, "RUNNING")
        told, said = await asyncio.gather(_all(child.stdout), self._hear(update, child.stderr))
        code = await child.wait()
        # with whatever it started
        _signal(child, signal.SIGKILL)
        self._child = None
        return told, said, code

    async def _hear(self, update: Update, said: asyncio.StreamReader | None) -> list[str]:
        lines: list[str] = []
        with self._log.open("w") as log:
            async for raw in said or asyncio.StreamReader():
                line = raw.decode(errors="replace")
                log.write(line)
                if line.strip():
                    lines.append(line.strip())
                if done := _DONE.match(line.strip()):
                    self.log.flow(update.update_id, done[1])
        return lines

    def _tell(self, update_id: str, told: dict[str, Any]) -> None:
        for dataset, rows in told["written"].items():
            self.log.dataset(update_id, dataset, rows)
        self.log.expectations(update_id, _JUDGED, told["expectations"])

    def _move(self, update: Update, state: str, fault: str = "") -> None:
        # first the event: who sees the end has all events
        self.log.progress(update.update_id, state, fault)
        update.state = state

    def _interrupt(self, child: asyncio.subprocess.Process) -> None:
        """As Ctrl-C does; one that does not end in time is killed."""
        _signal(child, signal.SIGINT)
        asyncio.get_running_loop().call_later(self._grace_seconds, _kill, child)


def _kill(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        _signal(child, signal.SIGKILL)


def _signal(child: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """To the process, and to all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


async def _all(printed: asyncio.StreamReader | None) -> bytes:
    return await printed.read() if printed else b""
