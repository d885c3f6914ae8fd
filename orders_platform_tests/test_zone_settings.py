"""Time zones: those that name a place, and what is said of one that only one side knows."""

import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders_platform.errors import SettingsError
from orders_platform.lakehouse.java import need_time_zone
from orders_platform.settings import Settings
from orders_platform.zone_settings import unknown_to

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["localtime", "Factory", "Atlantis", "SystemV/EST5", "+03:00", "../etc/localtime"])
def test_a_name_of_no_place_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=r"^ORDERS_TIMEZONE is no IANA time zone name"):
        Settings.from_env({"ORDERS_TIMEZONE": name})


def test_an_empty_name_is_one_that_is_not_given() -> None:
    assert Settings.from_env({"ORDERS_TIMEZONE": ""}).timezone == "UTC"


def test_a_machine_without_zones_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an image that leaves the system's data out."""
    monkeypatch.setattr("orders_platform.zone_settings.available_timezones", set)

    with pytest.raises(SettingsError, match="install the package tzdata"):
        Settings.from_env({})


@pytest.mark.parametrize(("name", "near"), [("ROC", "Asia/Taipei"), ("America/Coyhaique", "America/Punta_Arenas")])
def test_a_zone_that_a_reader_lacks_is_told_with_one_that_it_has(name: str, near: str) -> None:
    """The one that has differed least so far, of those that do not now."""
    old = zoneinfo.available_timezones() - {"ROC", "America/Coyhaique"}

    fault = unknown_to("Java", name, old.__contains__, now=NOW)

    assert str(fault).startswith(f"ORDERS_TIMEZONE is {name}, which the time zone data of this Java does not have: ")
    assert f"; {near} has the same time now" in str(fault)


def test_a_zone_like_which_there_is_none_is_told_alone() -> None:
    assert "same time" not in str(unknown_to("Java", "Asia/Kathmandu", lambda _: False, now=NOW))


def a_java(home: Path, *zones: str, kind: str = "TZDB") -> Path:
    """A Java with these zones in its data."""

    def text(*words: str) -> bytes:
        return b"".join(len(word).to_bytes(2) + word.encode() for word in words)

    (home / "lib").mkdir()
    listed = len(zones).to_bytes(2) + text(*zones)
    (home / "lib" / "tzdb.dat").write_bytes(b"\x01" + text(kind) + (1).to_bytes(2) + text("2025a") + listed + b"\x00rest")
    return home


@pytest.mark.parametrize("name", ["America/Sao_Paulo", "EST", "GMT+0"])
def test_a_zone_that_java_has_is_taken(tmp_path: Path, name: str) -> None:
    """Spark knows some by itself."""
    need_time_zone(a_java(tmp_path, "America/Sao_Paulo"), name)


def test_a_zone_that_java_lacks_is_told_before_a_java_starts(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="America/Sao_Paulo has the same time now"):
        need_time_zone(a_java(tmp_path, "America/Sao_Paulo", "Asia/Tokyo"), "America/Bahia")


def test_data_of_another_kind_says_nothing(tmp_path: Path) -> None:
    """Spark is asked once it runs."""
    need_time_zone(tmp_path, "America/Bahia")
    need_time_zone(a_java(tmp_path, "Asia/Tokyo", kind="NEXT"), "America/Bahia")
