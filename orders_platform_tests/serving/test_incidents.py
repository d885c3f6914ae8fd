"""Open incidents on the page: the alerts' own store tells of them, and the page is whole without one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orders_platform.alerts.database import FILE, engine_of
from orders_platform.alerts.message import Links
from orders_platform.alerts.signal import Severity, Signal, Topic
from orders_platform.alerts.store import AlertStore
from orders_platform.serving.incidents import IncidentWindow, Kept
from orders_platform.settings import Settings
from orders_platform_tests.alerts.builders import START, Names, bad, good
from orders_platform_tests.serving.shop import a_lake
from orders_platform_tests.serving.test_page import opened, said

NOON = datetime.fromtimestamp(START, UTC)
CHECK = Topic("check gold.daily_sales key_unique", "Check gold.daily_sales key_unique fails", "checks")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a home whose store is a file, or is not there yet."""
    monkeypatch.setenv("ORDERS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORDERS_DAGSTER_URL", "http://127.0.0.1:3000")
    return Settings.load()


def take_in(settings: Settings, *looks: tuple[Signal, ...]) -> None:
    """As the alerts do, look after look."""
    store, names = AlertStore(engine_of(settings)), Names()
    for signals in looks:
        store.take_in(signals, START, Links(), new_id=names)


def test_what_is_open_is_told_the_worst_first_and_what_is_over_is_not(settings: Settings) -> None:
    passes = bad(severity=Severity.CRITICAL, said="job full_pass failed, 3 times in a row")
    over = Topic("job maintenance", "Job maintenance fails", "jobs")
    take_in(settings, (bad("check", CHECK, said="90 rows"), bad("job", over)), (passes, good("job", over)))

    told = IncidentWindow(settings).look(NOON)

    assert told.kept is Kept.HERE
    assert [(each.topic, each.is_critical, each.said) for each in told.found] == [
        ("progress", True, ("job full_pass failed, 3 times in a row",)),
        (CHECK.key, False, ("90 rows",)),
    ]
    assert told.found[0].since == NOON
    assert told.found[0].look == "http://127.0.0.1:3000/runs"


def test_where_no_alerts_are_kept_nothing_is_made(settings: Settings) -> None:
    assert IncidentWindow(settings).look(NOON).kept is Kept.NOWHERE
    assert not settings.home.exists()


def test_a_store_that_does_not_serve_is_left_alone_for_half_a_minute(settings: Settings) -> None:
    """To ask it may take seconds, and the page is looked at again and again."""
    settings.home.mkdir()
    store = settings.home / FILE
    store.write_text("no database at all, though it is long enough to be one" * 100)
    window = IncidentWindow(settings)
    assert window.look(NOON).kept is Kept.AWAY
    store.unlink()
    take_in(settings, (bad(),))

    kept = [window.look(NOON + timedelta(seconds=seconds)).kept for seconds in (29, 31)]

    assert kept == [Kept.AWAY, Kept.HERE]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            (
                "1 open incident",
                "critical Orders do not reach the tables job full_pass failed",
                "Dagster docs/en/alerts.md#progress",
            ),
        ),
        (
            "pt-BR",
            ("1 incidente aberto", "crítico Os pedidos não chegam às tabelas job full_pass failed", "docs/pt-BR/alerts.md#"),
        ),
    ],
)
def test_the_page_says_what_how_bad_and_where_to_look(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, language: str, told: tuple[str, ...]
) -> None:
    take_in(settings, (bad(severity=Severity.CRITICAL, said="job full_pass failed"),))

    text = said(opened(a_lake(tmp_path), monkeypatch, language=language, tab={"en": "Platform"}.get(language, "Plataforma")))

    assert [part for part in told if part not in text] == []


def test_without_a_store_the_page_says_how_to_have_one(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = said(opened(a_lake(tmp_path), monkeypatch, tab="Platform"))

    assert "Open incidents No alerts are kept here: ORDERS_ALERT_URLS says who is told." in text
    assert "no open incidents" not in text
    assert not settings.home.exists()
