"""Settings: the only reader of the environment. All that is missing or wrong is named at once."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from orders_platform.errors import SettingsError

ENVIRONMENTS = ("local", "dev", "prod")


@dataclass(frozen=True, slots=True)
class HubSettings:
    """How to reach one Event Hub: by connection string (SAS), or by namespace with an Entra identity.

    Attributes:
        name: the hub, which is also the Kafka topic.
        connection: SAS connection string, or None where `namespace` is used.
        namespace: host name like `shop.servicebus.windows.net`, or None.
        kafka: bootstrap address of the Kafka endpoint, `host:port`.
    """

    name: str
    connection: str | None
    namespace: str | None
    kafka: str

    @property
    def is_emulator(self) -> bool:
        """Whether the connection string asks for the plain-text protocol that emulators speak."""
        return self.connection is not None and "UseDevelopmentEmulator=true" in self.connection


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between a laptop and Azure.

    Attributes:
        cache: what was downloaded once, for all clones of this user: jars, a Java start file.
        java_home: the Java that the user asks for; None where JAVA_HOME is not set.
    """

    home: Path
    cache: Path
    java_home: Path | None
    lake: str
    timezone: str
    environment: str
    hub: HubSettings | None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Settings out of `env`. Raises SettingsError naming every variable that is wrong."""
        faults = _faults(env)
        if faults:
            raise SettingsError("; ".join(faults))
        home = Path(env.get("ORDERS_HOME", ".orders")).absolute()
        java_home = env.get("JAVA_HOME")
        return cls(
            home=home,
            cache=_cache(env),
            java_home=Path(java_home) if java_home else None,
            lake=env.get("ORDERS_LAKE", str(home / "lake")),
            timezone=env.get("ORDERS_TIMEZONE", "UTC"),
            environment=env.get("ORDERS_ENVIRONMENT", "local"),
            hub=_hub(env),
        )

    @classmethod
    def load(cls) -> "Settings":
        """Settings out of this process's environment. Raises SettingsError like `from_env`."""
        return cls.from_env(os.environ)

    def need_hub(self) -> HubSettings:
        """The hub's settings. Raises SettingsError where none is named."""
        if self.hub is None:
            raise SettingsError(
                "no hub is named: set ORDERS_HUB_NAME, and ORDERS_HUB_CONNECTION or ORDERS_HUB_NAMESPACE "
                "(`orders-platform hub serve` starts a local one and prints them)"
            )
        return self.hub

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone: it decides on which day an order counts."""
        return ZoneInfo(self.timezone)


def is_folder(lake: str) -> bool:
    """Whether a lake's name is a folder's path rather than a Unity Catalog's name."""
    return "/" in lake


def pass_on(variables: Mapping[str, str]) -> None:
    """Set environment variables for processes started from here on, for libraries that take no argument for them."""
    os.environ.update(variables)


def _cache(env: Mapping[str, str]) -> Path:
    """The user's cache folder as the XDG rules name it; they say that a relative path does not count."""
    asked = Path(env.get("XDG_CACHE_HOME", ""))
    user = Path(env["HOME"]) if env.get("HOME") else Path.home()
    return (asked if asked.is_absolute() else user / ".cache") / "orders-platform"


def _faults(env: Mapping[str, str]) -> list[str]:
    checks = (
        (env.get("ORDERS_TIMEZONE", "UTC") in available_timezones(), "ORDERS_TIMEZONE is no IANA time zone name"),
        (env.get("ORDERS_ENVIRONMENT", "local") in ENVIRONMENTS, f"ORDERS_ENVIRONMENT is none of {', '.join(ENVIRONMENTS)}"),
        (
            "://" not in env.get("ORDERS_LAKE", ""),
            "ORDERS_LAKE is an address: name a folder, or a Unity Catalog, which knows where its storage is",
        ),
        (_hub_is_whole(env), "ORDERS_HUB_NAME, and one of ORDERS_HUB_CONNECTION and ORDERS_HUB_NAMESPACE, go together"),
        (_endpoint(env) is not None, "ORDERS_HUB_CONNECTION has no Endpoint=sb://HOST/ part"),
    )
    return [fault for holds, fault in checks if not holds]


def _hub_is_whole(env: Mapping[str, str]) -> bool:
    ways = sum(bool(env.get(name)) for name in ("ORDERS_HUB_CONNECTION", "ORDERS_HUB_NAMESPACE"))
    return ways == (1 if env.get("ORDERS_HUB_NAME") else 0)


def _endpoint(env: Mapping[str, str]) -> str | None:
    """Host of the hub: empty where none is configured, None where the connection string has none."""
    connection = env.get("ORDERS_HUB_CONNECTION")
    if not connection:
        return env.get("ORDERS_HUB_NAMESPACE", "")
    found = re.search(r"Endpoint=sb://([^/:;]+)", connection)
    return found[1] if found else None


def _hub(env: Mapping[str, str]) -> HubSettings | None:
    name = env.get("ORDERS_HUB_NAME")
    if not name:
        return None
    return HubSettings(
        name=name,
        connection=env.get("ORDERS_HUB_CONNECTION") or None,
        namespace=env.get("ORDERS_HUB_NAMESPACE") or None,
        kafka=env.get("ORDERS_HUB_KAFKA") or f"{_endpoint(env)}:9093",
    )
