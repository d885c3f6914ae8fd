"""How far producers were told that a partition's log reaches: a number in a file of its own, written before they are answered.

The kernel keeps it when the process is killed, as it keeps the log: so a log that ends before it has lost what was acknowledged.
"""

import os
import struct
import zlib
from pathlib import Path

_NAME = "acknowledged"
_END = struct.Struct(">q")
_CHECKED = struct.Struct(">qI")


class AcknowledgedEnd:
    """The sequence number behind the newest record that a producer was told is kept."""

    def __init__(self, directory: Path) -> None:
        """Open it; one that is not there, or damaged, tells nothing."""
        self._file = os.open(directory / _NAME, os.O_RDWR | os.O_CREAT, 0o666)
        self.before = _read(self._file)
        """As it stood when it was opened; None where nobody can tell."""

    def move(self, end: int) -> None:
        """Tell of another end. Raises OSError where the disk refuses."""
        raw = _END.pack(end)
        os.pwrite(self._file, raw + zlib.crc32(raw).to_bytes(4, "big"), 0)

    def sync(self) -> None:
        """Make the disk itself hold it."""
        os.fsync(self._file)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)


def _read(file: int) -> int | None:
    content = os.pread(file, _CHECKED.size, 0)
    if len(content) < _CHECKED.size:
        return None
    end, checksum = _CHECKED.unpack(content)
    return int(end) if checksum == zlib.crc32(_END.pack(end)) else None
