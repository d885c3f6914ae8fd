"""Installs azurite once per user, by npm, in the versions and with the hashes of the lock beside this module."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from orders_platform.errors import EnvironmentFault
from orders_platform.settings import Settings

# azurite 3.37 asks for 22, as its packages do for their newest parts; all that we ask of it was tested on 20
OLDEST_NODE: Final = 20
_HERE: Final = Path(__file__).parent
_PACKAGE, _LOCK = _HERE / "package.json", _HERE / "package-lock.json"
_SCRIPT: Final = "node_modules/azurite/dist/src/blob/main.js"
# azurite needs none of its packages' install scripts, so none of them runs
_INSTALL: Final = ("ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
_INSTALL_SECONDS: Final = 900.0
_LOOK_SECONDS: Final = 30.0
_NOISE: Final = re.compile(r"npm (error|ERR!) (code |errno |syscall |A complete log|$)|(?!npm (error|ERR!))")
INSTEAD: Final = "or keep the backup in a folder: `up --backup folder`, or ORDERS_BACKUP=FOLDER"


@dataclass(frozen=True, slots=True)
class Azurite:
    """An installed azurite.

    Attributes:
        node: the Node that runs it.
        script: its server of Blob storage alone.
    """

    node: Path
    script: Path


def ensure_azurite(settings: Settings, *, installing: Callable[[], AbstractContextManager[object]] = nullcontext) -> Azurite:
    """The azurite of this user, installed where it is not there yet. Two processes may do this at once.

    Args:
        installing: a block around the installation, which takes its time.

    Raises EnvironmentFault where Node is absent or too old, or npm does not come to its end.
    """
    node = _node()
    folder = installed_in(settings)
    if not folder.is_dir():
        npm = _program("npm")
        with installing():
            _install(npm, folder)
    return Azurite(node, folder / _SCRIPT)


def installed_in(settings: Settings) -> Path:
    """Where it lies: named by its version, and by the lock, whose other packages may change without it."""
    version = json.loads(_PACKAGE.read_text())["dependencies"]["azurite"]
    return settings.cache / f"azurite-{version}-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:8]}"


def package_count() -> int:
    """How many packages npm fetches."""
    return len(json.loads(_LOCK.read_text())["packages"]) - 1


def _node() -> Path:
    node = _program("node")
    said = _run([str(node), "--version"], seconds=_LOOK_SECONDS).stdout.strip()
    found = re.match(r"v(\d+)\.", said)
    if found is None or int(found[1]) < OLDEST_NODE:
        raise EnvironmentFault(
            f"azurite needs Node {OLDEST_NODE} or newer, and {node} is {said or 'none'}: install a newer one, {INSTEAD}"
        )
    return node


def _program(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise EnvironmentFault(
            f"azurite needs Node {OLDEST_NODE} or newer with npm, and no {name} was found: install it "
            f"(Debian: nodejs and npm), {INSTEAD}"
        )
    return Path(found)


def _install(npm: Path, folder: Path) -> None:
    """Install aside, and rename: the folder is there whole or not at all."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".azurite-") as aside:
            whole = Path(aside) / "whole"
            whole.mkdir()
            for each in (_PACKAGE, _LOCK):
                shutil.copyfile(each, whole / each.name)
            _fetch(npm, whole)
            _take_place(whole, folder)
    except OSError as fault:
        raise EnvironmentFault(
            f"cannot keep azurite in {folder.parent}: {fault.strerror}; make room there or set XDG_CACHE_HOME"
        ) from fault


def _take_place(whole: Path, folder: Path) -> None:
    try:
        whole.rename(folder)
    except OSError:
        # another process may have been quicker, with the same
        if not folder.is_dir():
            raise


def _fetch(npm: Path, folder: Path) -> None:
    try:
        done = _run([str(npm), *_INSTALL], folder, seconds=_INSTALL_SECONDS)
    except subprocess.TimeoutExpired as fault:
        raise _not_fetched(f"npm was at it for {_INSTALL_SECONDS:.0f} seconds") from fault
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if not _NOISE.match(line)]
        raise _not_fetched(told[0] if told else done.stderr.strip()[-200:] or f"npm ended with {done.returncode}")
    if not (folder / _SCRIPT).is_file():
        raise _not_fetched(f"npm ended well, but left no {_SCRIPT}")


def _not_fetched(why: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"cannot install azurite ({why}): check the network and npm's registry (`npm config get registry`), "
        f"then run `orders-platform setup --blob` again, {INSTEAD}"
    )


def _run(command: Sequence[str], folder: Path | None = None, *, seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  the user's own Node, without a shell
        command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
    )
