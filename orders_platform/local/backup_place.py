"""Where a platform of this machine keeps the backup of its hub."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from rich.console import Console

from orders_platform.backup_settings import HUB
from orders_platform.errors import EnvironmentFault
from orders_platform.local.blob_process import start_blob
from orders_platform.local.blob_setup import ready_blob
from orders_platform.local.home import Home
from orders_platform.local.processes import Children
from orders_platform.settings import Settings, pass_on

# a backup that the user's shell names is another shop's: sample orders have no place in it
_NOT_OURS: Final = {"ORDERS_BACKUP": "", "ORDERS_BLOB_EMULATOR": "", "ORDERS_ROADS": HUB}


class BackupPlace(StrEnum):
    """Nowhere, in a folder of the home, or in the Blob storage of this machine."""

    NONE = "none"
    FOLDER = "folder"
    BLOB = "blob"


def usable_place(place: BackupPlace, console: Console) -> BackupPlace:
    """The place itself, with what it needs installed; a folder, and why, where this machine can have no Blob storage."""
    if place is not BackupPlace.BLOB:
        return place
    try:
        ready_blob(Settings.load(), console)
    except EnvironmentFault as fault:
        console.print(f"the backup goes to a folder instead: {fault}", highlight=False, markup=False)
        return BackupPlace.FOLDER
    return place


def start_backup(children: Children, home: Home, place: BackupPlace) -> Callable[[], dict[str, Any]]:
    """Start what the place needs.

    The answer waits until it is ready, points this process and its later children to it, and says what it said of itself.
    """
    pass_on(_NOT_OURS)
    if place is BackupPlace.BLOB:
        started = start_blob(children, home)
    else:
        told = {"env": {"ORDERS_BACKUP": str(home.backup)} if place is BackupPlace.FOLDER else {}}
        started = told.copy

    def ready() -> dict[str, Any]:
        told = started()
        pass_on(told["env"])
        return told

    return ready
