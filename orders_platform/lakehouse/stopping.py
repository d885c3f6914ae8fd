"""An event that a signal sets, so that what has begun is finished before the process ends."""

import signal
import threading
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
