"""Runs a command for as long as its parent lives: `python -m orders_platform.local.guard GRACE COMMAND...`.

Its standard input is a pipe that the parent holds open. When the pipe ends, because the parent asks or is gone, even by
kill -9, the command and all that it started are ended: asked first, and killed after GRACE seconds.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType
from typing import Final

_LOOK_SECONDS: Final = 0.05


def main(grace_seconds: float, command: list[str]) -> int:
    """Run `command` until it ends or the parent does; its exit code, as a shell has it."""
    # a shell without job control has what it starts ignore SIGINT, by which Dagster ends its own children
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603  our own commands

    def end(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=_end, args=(child, grace_seconds), daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    # the parent decides on Ctrl-C; a terminal sends it to the whole group
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch_parent, args=(child, grace_seconds), daemon=True).start()
    code = child.wait()
    # a leader that ended by itself may leave members of its group behind
    _signal_group(child.pid, signal.SIGKILL)
    return code if code >= 0 else 128 - code


def _watch_parent(child: subprocess.Popen[bytes], grace_seconds: float) -> None:
    while os.read(0, 1024):
        pass
    _end(child, grace_seconds)


def _end(child: subprocess.Popen[bytes], grace_seconds: float) -> None:
    """Ask the leader, who ends its own children in order; then the whole group is killed."""
    if child.poll() is None:
        child.terminate()
    until = time.monotonic() + grace_seconds
    while child.poll() is None and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
    _signal_group(child.pid, signal.SIGKILL)


def _signal_group(leader: int, what: signal.Signals) -> None:
    try:
        os.killpg(leader, what)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
