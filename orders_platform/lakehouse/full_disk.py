"""A full disk, told in a sentence wherever it is met: in Spark's writes, in a checkpoint, in the ledger, in messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from orders_platform.errors import EnvironmentFault, PlatformError

SENTENCE: Final = "the disk is full: make room, and run again; what was committed stands, nothing is half written"
# Spark hands on the system's words, not its number
_WORDS: Final = ("No space left on device", "Disk quota exceeded")


def tells_of_it(fault: Exception) -> bool:
    """Whether a fault came of a full disk, be it Python's or Spark's."""
    return any(words in str(fault) for words in _WORDS)


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Raise EnvironmentFault where the block meets a full disk; every other fault goes through as it is."""
    try:
        yield
    except PlatformError:
        raise
    except Exception as fault:
        if tells_of_it(fault):
            raise EnvironmentFault(SENTENCE) from fault
        raise
