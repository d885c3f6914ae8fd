"""Which way a file's orders go."""

from enum import StrEnum


class Via(StrEnum):
    """Straight into the hub, or placed by the squad's API, whose relay sends them on."""

    HUB = "hub"
    API = "api"
