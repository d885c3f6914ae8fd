"""What libraries and other programs read of the environment, made fit for this machine: pure functions over it."""

import locale
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

# by these names libraries ask for a proxy, gRPC by the last; each in capitals, too
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy")
_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")
# a socket's path has room for 104 to 108 bytes, and libraries name theirs by 40 of them
_LONGEST_TEMPORARY: Final = 60
_SHORT: Final = Path("/", "tmp")
# Linux has the first, macOS the last
_UTF8_LOCALES: Final = ("C.UTF-8", "C.utf8", "en_US.UTF-8")


def without_proxy_here(env: Mapping[str, str]) -> dict[str, str]:
    """Variables by which this machine is reached without the proxy that `env` names, which serves all else; none without one.

    Libraries read the exceptions by the small name, by the large one, or by the first that is there: all name the same.
    """
    if not any(env.get(name) or env.get(name.upper()) for name in _PROXIES):
        return {}
    given = env.get("no_proxy") or env.get("NO_PROXY") or ""
    told = {name: _with_this_machine(env.get(name) or given) for name in ("no_proxy", "NO_PROXY")}
    # where it is there, gRPC reads it alone
    grpc = env.get("no_grpc_proxy")
    return told | ({"no_grpc_proxy": _with_this_machine(grpc)} if grpc else {})


def in_utf8() -> dict[str, str]:
    """Variables by which programs take names of files for UTF-8; none where the locale that they would take has it so.

    A locale that is not installed is taken for C: Java then finds no file with a letter beyond ASCII, and PostgreSQL's initdb
    refuses to start.
    """
    if _is_utf8(""):
        return {}
    return {"LC_ALL": next(filter(_is_utf8, _UTF8_LOCALES), "C")}


def temporary_folder() -> dict[str, str]:
    """TMPDIR, where its own path is too long for a socket in it; none where it does."""
    return {"TMPDIR": str(_SHORT)} if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_TEMPORARY else {}


def _with_this_machine(exceptions: str) -> str:
    names = [name for part in exceptions.split(",") if (name := part.strip())]
    if "*" in names:
        return exceptions
    return ",".join([*names, *(name for name in _THIS_MACHINE if name not in names)])


def _is_utf8(name: str) -> bool:
    """Whether a locale is installed and has UTF-8; the empty one is that of the environment."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
        return locale.nl_langinfo(locale.CODESET).replace("-", "").upper() == "UTF8"
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
