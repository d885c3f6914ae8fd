"""Whether those who watch are alive, for a watcher outside: ages of their last good looks, and whether all are young.

An age is the longer of two: by this machine's clock, and by how long the noted time has stood still before our eyes. So a
clock that is set back makes nobody young.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

ALERTS: Final = "alerts"
# when each one's last good look was, seconds since 1970; None: there was none
Looks = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a watcher is answered.

    Attributes:
        ages: seconds since each one's last good look; None: there was none.
        silent: those whose age is above the limit.
        said: why nothing is known, if so.
    """

    limit_seconds: float
    ages: Mapping[str, float | None]
    silent: tuple[str, ...]
    said: str | None = None

    @property
    def status(self) -> HTTPStatus:
        """200 where all are young, else 503."""
        return HTTPStatus.SERVICE_UNAVAILABLE if self.silent or self.said else HTTPStatus.OK

    def as_json(self) -> dict[str, object]:
        """The body."""
        is_alive = self.status is HTTPStatus.OK
        told = {"status": "alive" if is_alive else "silent", "limit_seconds": self.limit_seconds, "ages_seconds": dict(self.ages)}
        return {**told, "silent": list(self.silent), **({"said": self.said} if self.said else {})}


@dataclass(slots=True)
class Pulse:
    """Takes it; it remembers since when it has seen each noted time."""

    limit_seconds: float
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[float, float]] = field(default_factory=dict)

    def of(self, looks: Looks) -> Heartbeat:
        """By the looks as they are noted now; the alerts' own loop must be among them."""
        ages = {name: self._age(name, at) for name, at in sorted({ALERTS: None, **looks}.items())}
        silent = tuple(name for name, age in ages.items() if age is None or age > self.limit_seconds)
        return Heartbeat(self.limit_seconds, ages, silent)

    def unknown(self, said: str) -> Heartbeat:
        """Where nothing could be read."""
        return Heartbeat(self.limit_seconds, {}, (), said)

    def _age(self, name: str, at: float | None) -> float | None:
        if at is None:
            return None
        if self._seen.get(name, (None, 0.0))[0] != at:
            self._seen[name] = (at, self.monotonic())
        stood_still = self.monotonic() - self._seen[name][1]
        return round(max(self.now() - at, stood_still), 1)
