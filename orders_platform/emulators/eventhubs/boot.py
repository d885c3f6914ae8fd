"""Which start of this machine it is: what the kernel kept for a process outlives the process, but no start of the machine."""

import ctypes
import sys
from pathlib import Path

_LINUX = Path("/proc/sys/kernel/random/boot_id")
_MOST_BYTES = 64


def boot_id() -> str | None:
    """An id that is another one after each start of the machine; None where the machine has none to tell."""
    if sys.platform == "darwin":
        return _of_darwin()
    try:
        return _LINUX.read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None


def _of_darwin() -> str | None:
    found, size = ctypes.create_string_buffer(_MOST_BYTES), ctypes.c_size_t(_MOST_BYTES)
    refused = ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", found, ctypes.byref(size), None, ctypes.c_size_t(0))
    return None if refused else found.value.decode(errors="replace") or None
