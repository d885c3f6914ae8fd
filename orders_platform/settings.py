"""Settings: the only reader of the environment. All that is missing or wrong is named at once."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from orders_platform.addresses import database_faults, web_faults
from orders_platform.alert_settings import AlertSettings, alert_faults, alert_settings
from orders_platform.backup_settings import BackupSettings, backup_faults, backup_settings
from orders_platform.errors import SettingsError
from orders_platform.executor_settings import ExecutorSettings, executor_faults, executor_settings
from orders_platform.hub_name import folded
from orders_platform.job_settings import JobSettings, job_faults, job_settings
from orders_platform.path_settings import home_folder, lake_place, path_faults
from orders_platform.process_settings import in_utf8, temporary_folder, without_proxy_here
from orders_platform.trading import TradingHours, trading_faults, trading_hours
from orders_platform.zone_settings import DEFAULT as UTC_ZONE
from orders_platform.zone_settings import zone_faults

ENVIRONMENTS = ("local", "dev", "prod")
# backlog: a sensor starts a pass when the hub has something new. continuous: one Databricks job runs all along.
MODES = BACKLOG, CONTINUOUS = "backlog", "continuous"
_TOKENS = ("ORDERS_API_ISSUER", "ORDERS_API_AUDIENCE")
# What a cluster must know, and anyone may read in a job's parameters.
_PUBLIC = (
    "ORDERS_LAKE", "ORDERS_TIMEZONE", "ORDERS_ENVIRONMENT", "ORDERS_BACKUP", "ORDERS_ROADS", "ORDERS_BACKUP_DAYS",
    "ORDERS_HUB_NAME", "ORDERS_HUB_NAMESPACE", "ORDERS_HUB_KAFKA", "ORDERS_HUB_CREDENTIAL",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HubSettings:
    """How to reach one Event Hub: by connection string (SAS), or by namespace with an Entra identity.

    Attributes:
        name: the hub, which is also the Kafka topic, in small letters: Event Hubs keeps it so, whatever is typed.
        connection: SAS connection string, or None where `namespace` is used.
        namespace: host name like `shop.servicebus.windows.net`, or None.
        kafka: bootstrap address of the Kafka endpoint, `host:port`.
        credential: Unity Catalog service credential by which a cluster reads the hub; None where a connection string is used.
    """

    name: str
    connection: str | None = field(repr=False)
    namespace: str | None
    kafka: str
    credential: str | None = None

    @property
    def is_emulator(self) -> bool:
        """Whether the connection string asks for the plain-text protocol that emulators speak."""
        return self.connection is not None and "UseDevelopmentEmulator=true" in self.connection


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """The squad's API: where its callers find it, and whose tokens it takes.

    Attributes:
        url: its address without a slash at the end; None where nobody calls it.
        issuer: who signs the tokens, like `https://login.microsoftonline.com/TENANT/v2.0`; None: no token is asked for.
        audience: for whom a token must be meant, the API's own application id.
    """

    url: str | None
    issuer: str | None
    audience: str | None

    def need_url(self) -> str:
        """Address of the API. Raises SettingsError where none is named."""
        if self.url is None:
            raise SettingsError("no API is named: set ORDERS_API_URL (`orders-platform api serve` starts one and prints it)")
        return self.url


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between a laptop and Azure.

    Attributes:
        cache: what was downloaded once, for all clones of this user: jars, a Java start file.
        java_home: the Java that the user asks for; None where JAVA_HOME is not set.
        is_databricks: whether this process runs on a Databricks cluster.
        mode: one of MODES: who starts passes.
        database_url: the squad's PostgreSQL, `postgresql://...`; it holds a password, so it is never shown.
        warehouse: id of the SQL warehouse by which the control room reads a catalog; None where it reads a folder.
    """

    home: Path
    cache: Path
    java_home: Path | None
    lake: str
    timezone: str
    environment: str
    hub: HubSettings | None
    job: JobSettings
    backup: BackupSettings
    executor: ExecutorSettings
    trading: TradingHours
    mode: str
    is_databricks: bool
    database_url: str | None = field(repr=False)
    api: ApiSettings
    alerts: AlertSettings
    warehouse: str | None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Settings out of `env`. Raises SettingsError naming every variable that is wrong."""
        # a file of settings may name all of them
        env = {name: text for name, text in env.items() if text}
        faults = _faults(env)
        if faults:
            raise SettingsError("; ".join(faults))
        java_home, timezone = env.get("JAVA_HOME"), env.get("ORDERS_TIMEZONE", UTC_ZONE)
        return cls(
            home=home_folder(env),
            cache=_cache(env),
            java_home=Path(java_home) if java_home else None,
            lake=lake_place(env),
            timezone=timezone,
            environment=env.get("ORDERS_ENVIRONMENT", "local"),
            hub=_hub(env),
            job=job_settings(env),
            backup=backup_settings(env),
            executor=executor_settings(env),
            trading=trading_hours(env, ZoneInfo(timezone)),
            mode=env.get("ORDERS_MODE", BACKLOG),
            is_databricks=_is_databricks(env),
            database_url=env.get("ORDERS_DATABASE_URL") or None,
            api=_api(env),
            alerts=alert_settings(env, ZoneInfo(timezone)),
            warehouse=env.get("DATABRICKS_WAREHOUSE_ID") or None,
        )

    @classmethod
    def load(cls, given: Mapping[str, str] | None = None) -> "Settings":
        """Settings out of this process's environment, less what is `given` instead. Raises SettingsError like `from_env`."""
        return cls.from_env(os.environ | dict(given or {}))

    @staticmethod
    def public(env: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a cluster needs to know of this process's settings, by name; nothing secret is among it."""
        given = os.environ if env is None else env
        return {name: given[name] for name in _PUBLIC if given.get(name)}

    def need_hub(self) -> HubSettings:
        """The hub's settings. Raises SettingsError where none is named."""
        if self.hub is None:
            raise SettingsError(
                "no hub is named: set ORDERS_HUB_NAME, and ORDERS_HUB_CONNECTION or ORDERS_HUB_NAMESPACE "
                "(`orders-platform hub serve` starts a local one and prints them)"
            )
        return self.hub

    def need_database(self) -> str:
        """URL of the squad's database. Raises SettingsError where none is named."""
        if self.database_url is None:
            raise SettingsError(
                "no database is named: set ORDERS_DATABASE_URL (`orders-platform database serve` starts one and prints it)"
            )
        return self.database_url

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone: it decides on which day an order counts."""
        return ZoneInfo(self.timezone)


def is_folder(lake: str) -> bool:
    """Whether a lake's name is a folder's path rather than a Unity Catalog's name."""
    return "/" in lake


def prepare_process() -> None:
    """Let this process, its libraries and its children find this machine's services and files, whatever the shell says.

    A Python that takes names of files for anything but UTF-8 is started once more, in its own place: all others take them so.
    """
    let_libraries_reach_this_machine()
    pass_on(in_utf8() | temporary_folder())
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        pass_on({"PYTHONUTF8": "1"})
        os.execv(sys.executable, sys.orig_argv)


def let_libraries_reach_this_machine() -> None:
    """Let them ask its services without the proxy that the environment names, which serves all else."""
    pass_on(without_proxy_here(os.environ))


def pass_on(variables: Mapping[str, str]) -> None:
    """Set environment variables for processes started from here on, for libraries that take no argument for them."""
    os.environ.update(variables)


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with variables more, for one child alone."""
    return os.environ | dict(variables)


def _cache(env: Mapping[str, str]) -> Path:
    """The user's cache folder as the XDG rules name it; they say that a relative path does not count."""
    asked = Path(env.get("XDG_CACHE_HOME", ""))
    try:
        user = Path(env["HOME"]) if env.get("HOME") else Path.home()
    except RuntimeError as fault:
        raise SettingsError("HOME is not set, and the system knows no home of this user: set HOME") from fault
    return (asked if asked.is_absolute() else user / ".cache") / "orders-platform"


def _faults(env: Mapping[str, str]) -> list[str]:
    checks = (
        (env.get("ORDERS_ENVIRONMENT", "local") in ENVIRONMENTS, f"ORDERS_ENVIRONMENT is none of {', '.join(ENVIRONMENTS)}"),
        (
            "://" not in env.get("ORDERS_LAKE", ""),
            "ORDERS_LAKE is an address: name a folder, or a Unity Catalog, which knows where its storage is",
        ),
        (
            not _is_databricks(env) or (bool(env.get("ORDERS_LAKE")) and not is_folder(env["ORDERS_LAKE"])),
            "ORDERS_LAKE must be a Unity Catalog on a cluster: a folder lies on the driver's disk, and is gone with it",
        ),
        (_hub_is_whole(env), "ORDERS_HUB_NAME, and one of ORDERS_HUB_CONNECTION and ORDERS_HUB_NAMESPACE, go together"),
        (_endpoint(env) is not None, "ORDERS_HUB_CONNECTION has no Endpoint=sb://HOST/ part"),
        (env.get("ORDERS_MODE", BACKLOG) in MODES, f"ORDERS_MODE is none of {', '.join(MODES)}"),
        (len({bool(env.get(name)) for name in _TOKENS}) == 1, f"{' and '.join(_TOKENS)} go together"),
    )
    # a name that none can read is told before what hangs on it
    parts = (zone_faults, path_faults, job_faults, backup_faults, executor_faults, trading_faults, alert_faults)
    return [
        *(fault for holds, fault in checks if not holds),
        *database_faults("ORDERS_DATABASE_URL", env.get("ORDERS_DATABASE_URL")),
        *web_faults("ORDERS_API_ISSUER", env.get("ORDERS_API_ISSUER"), is_local_only=True),
        *web_faults("ORDERS_API_URL", env.get("ORDERS_API_URL")),
        *(fault for part in parts for fault in part(env)),
    ]


def _is_databricks(env: Mapping[str, str]) -> bool:
    return "DATABRICKS_RUNTIME_VERSION" in env


def _hub_is_whole(env: Mapping[str, str]) -> bool:
    ways = sum(bool(env.get(name)) for name in ("ORDERS_HUB_CONNECTION", "ORDERS_HUB_NAMESPACE"))
    return ways == (1 if env.get("ORDERS_HUB_NAME") else 0)


def _endpoint(env: Mapping[str, str]) -> str | None:
    """Host of the hub: empty where none is configured, None where the connection string has none."""
    connection = env.get("ORDERS_HUB_CONNECTION")
    if not connection:
        return env.get("ORDERS_HUB_NAMESPACE", "")
    found = re.search(r"Endpoint=sb://([\w.-]+)(?=[/:;]|$)", connection)
    return found[1] if found else None


def _hub(env: Mapping[str, str]) -> HubSettings | None:
    name = env.get("ORDERS_HUB_NAME")
    if not name:
        return None
    return HubSettings(
        name=folded(name),
        connection=env.get("ORDERS_HUB_CONNECTION") or None,
        namespace=env.get("ORDERS_HUB_NAMESPACE") or None,
        kafka=env.get("ORDERS_HUB_KAFKA") or f"{_endpoint(env)}:9093",
        credential=env.get("ORDERS_HUB_CREDENTIAL") or None,
    )


def _api(env: Mapping[str, str]) -> ApiSettings:
    return ApiSettings(
        url=env.get("ORDERS_API_URL", "").rstrip("/") or None,
        issuer=env.get("ORDERS_API_ISSUER") or None,
        audience=env.get("ORDERS_API_AUDIENCE") or None,
    )
