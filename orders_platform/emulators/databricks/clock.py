"""Time, so that a test can have its own."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """Something to be done later."""

    def cancel(self) -> None:
        """Do not do it."""


class Clock(Protocol):
    """Tells the time, and reminds."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, in UTC."""

    def later(self, seconds: float, act: Callable[[], None]) -> Timer:
        """Do `act` when the seconds have passed."""


class LoopClock:
    """The machine's time, on the running loop."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, in UTC."""
        return time.time_ns() // 1_000_000

    def later(self, seconds: float, act: Callable[[], None]) -> Timer:
        """Do `act` on the loop when the seconds have passed."""
        return asyncio.get_running_loop().call_later(seconds, act)
