"""Carries a file's orders: straight into the hub, or by the squad's API."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from orders_platform.hub.publish import Publisher
from orders_platform.settings import Settings
from orders_platform.squad.front_door import place
from orders_platform.squad.replay import Pace, ReplayEvent, send
from orders_platform.squad.tokens import entra_token
from orders_platform.squad.via import Via

Progress = Callable[[int], None]


def where(settings: Settings, via: Via) -> str:
    """The place that orders go to, in words. Raises SettingsError where settings do not name it."""
    return f"the API at {settings.api.need_url()}" if via is Via.API else f"hub {settings.need_hub().name}"


def carried(settings: Settings, events: Sequence[ReplayEvent], pace: Pace, progress: Progress, *, via: Via) -> dict[str, int]:
    """Carry them, and come back when all are accepted; what became of them, counted. Raises PlatformError."""
    if via is Via.API:
        url, token = settings.api.need_url(), entra_token(settings.api)
        return asdict(place(events, url=url, token=token, pace=pace, progress=progress))
    with Publisher(settings.need_hub()) as publisher:
        return {"sent": send(events, publisher, pace=pace, progress=progress)}
