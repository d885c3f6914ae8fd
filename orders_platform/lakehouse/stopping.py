"""An event that a signal sets, so that what has begun is finished before the process ends."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


def set_when_asked_to_end() -> threading.Event:
    """Set by Ctrl-C or SIGTERM; a second one ends at once."""
    stop = threading.Event()

    def ask(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop


@contextmanager
def handler_kept() -> Iterator[None]:
    """What Ctrl-C does stays as it was set: a Spark that starts would put there what ends all its jobs at once."""
    handler = signal.getsignal(signal.SIGINT)
    yield
    is_set = callable(handler) and handler is not signal.default_int_handler
    if is_set and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, handler)
