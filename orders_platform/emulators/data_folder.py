"""The folder in which an emulator keeps its data, for one process at a time."""

import fcntl
from pathlib import Path
from typing import IO

from orders_platform.errors import EnvironmentFault


def locked_folder(data: Path, *, holds: str, user: str) -> IO[str]:
    """Make the folder and lock it; the lock falls when it is closed, and with the process.

    Args:
        holds: what it is for, as people read it.
        user: the kind of process that may be at work in it.

    Raises EnvironmentFault where it cannot be used, or is used by another process.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("w")
    except OSError as fault:
        raise EnvironmentFault(
            f"{data} cannot be used for {holds} ({fault.strerror}): let this user write there, or choose another folder"
        ) from fault
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        lock.close()
        raise EnvironmentFault(f"another {user} uses {data}: stop it, or choose another folder") from fault
    return lock
