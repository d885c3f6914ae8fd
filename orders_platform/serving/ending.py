"""How the served page ends: at once, when it is asked to.

The room keeps nothing that a farewell could save. Streamlit's own waits until the last browser has left, and a signal that a
library's thread receives does not even wake it.
"""

import os
import signal
import threading
from typing import Final

_ASKED: Final = (signal.SIGINT, signal.SIGTERM)


def end_when_asked() -> None:
    """Wait for a signal aside; called before anything starts a thread, which would not know to leave the signal alone."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED)
    threading.Thread(target=_end, daemon=True).start()


def _end() -> None:
    signal.sigwait(_ASKED)
    os._exit(0)
