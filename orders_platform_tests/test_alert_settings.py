"""Who is told, as settings say it; what is wrong with them is said without showing an address."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from orders_platform.alert_settings import Address, QuietHours
from orders_platform.errors import SettingsError
from orders_platform.settings import Settings

CLOUDS_OWN = "of ORDERS_ALERT_URLS leads to a cloud's own services for its machines, not to people"


def test_nobody_is_told_unless_settings_say_so() -> None:
    alerts = Settings.from_env({}).alerts

    assert (alerts.addresses, alerts.quiet, alerts.database_url, alerts.is_watching) == ((), None, None, False)
    with pytest.raises(SettingsError, match="set ORDERS_ALERT_URLS"):
        alerts.need_addresses()


def test_addresses_have_the_severity_that_stands_before_them() -> None:
    given = "critical=mailto://user:pass@shop.example?to=night@shop.example, slack://a/b/c;\n warning=msteams://d/e/f"

    alerts = Settings.from_env({"ORDERS_ALERT_URLS": given.replace(",", " ")}).alerts

    assert [(one.number, one.severity) for one in alerts.addresses] == [(1, "critical"), (2, "warning"), (3, "warning")]
    assert alerts.addresses[0].url == "mailto://user:pass@shop.example?to=night@shop.example"
    assert [one.name for one in alerts.addresses] == ["1 (mailto, critical)", "2 (slack, warning)", "3 (msteams, warning)"]
    assert alerts.is_watching


def test_no_secret_is_shown_by_any_of_them() -> None:
    secret = {"ORDERS_ALERT_URLS": "slack://s3cret/b/c", "ORDERS_ALERT_DATABASE_URL": "postgresql://u:s3cret@h/d"}

    settings = Settings.from_env(secret)

    assert "s3cret" not in f"{settings!r} {settings.alerts} {settings.alerts.addresses}"


@pytest.mark.parametrize(
    "address",
    [
        "json://169.254.169.254/latest",
        "jsons://user:pass@169.254.169.254:80/x",
        "json://[fd00:ec2::254]/x",
        "json://[::ffff:169.254.169.254]/x",
        "json://[fe80::1]/x",
        "json://0.0.0.0/x",
        "json://metadata.google.internal/x",
        "json://METADATA.google.internal./x",
        "json://168.63.129.16/x",
    ],
)
def test_a_clouds_own_services_are_no_address(address: str) -> None:
    with pytest.raises(SettingsError, match=f"^entry 2 {CLOUDS_OWN}$"):
        Settings.from_env({"ORDERS_ALERT_URLS": f"slack://a/b/c;{address}"})


@pytest.mark.parametrize("entry", ["file:///etc/passwd", "s3cret", "urgent=slack://s3cret/b/c", "critical=", "://s3cret"])
def test_what_is_no_address_is_named_by_its_place(entry: str) -> None:
    with pytest.raises(SettingsError) as told:
        Settings.from_env({"ORDERS_ALERT_URLS": f"slack://s3cret/b/c;{entry}"})

    assert str(told.value) == "entry 2 of ORDERS_ALERT_URLS is no address like slack://... or critical=mailto://..."


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = {
        "ORDERS_ALERT_DATABASE_URL": "sqlite:///x",
        "ORDERS_ALERT_QUIET": "at night",
        "ORDERS_RUNBOOK_URL": "wiki",
        "ORDERS_DAGSTER_URL": "dagster:3000",
        "ORDERS_HEARTBEAT_SECONDS": "0",
        "ORDERS_HUB_HOURS": "a week",
    }

    with pytest.raises(SettingsError) as told:
        Settings.from_env(wrong)

    assert [fault.partition(" ")[0] for fault in str(told.value).split("; ")] == list(wrong)


@pytest.mark.parametrize(
    ("begins", "ends", "hour", "holds"),
    [
        (22, 7, 23, True),
        (22, 7, 6, True),
        (22, 7, 7, False),
        (22, 7, 21, False),
        (1, 5, 4, True),
        (1, 5, 5, False),
        (3, 3, 3, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(begins: int, ends: int, hour: int, holds: object) -> None:
    quiet = QuietHours(time(begins), time(ends), ZoneInfo("America/Sao_Paulo"))

    there = datetime(2026, 1, 5, hour, tzinfo=ZoneInfo("America/Sao_Paulo"))
    assert quiet.holds(there.astimezone(UTC)) is holds


def test_an_address_is_its_url_its_place_and_its_severity() -> None:
    assert Address(1, "slack://a") != Address(1, "slack://b")
