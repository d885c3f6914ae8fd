"""The verbs, as people type them."""

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orders_platform.alerts.database import prepared
from orders_platform.alerts.message import Links
from orders_platform.alerts.store import AlertStore, digest
from orders_platform.cli import app
from orders_platform.errors import EnvironmentFault, SettingsError
from orders_platform_tests.alerts.builders import Names, bad
from orders_platform_tests.alerts.webhook import Webhook


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_HOME", str(tmp_path))


def test_a_test_message_goes_to_every_address_and_each_is_told_of(webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_ALERT_URLS", f"critical={webhook.url};json://127.0.0.1:1/x")

    came = CliRunner().invoke(app, ["alerts", "test"])

    assert came.output.splitlines() == [
        "  1 (json, critical): delivered",
        "  2 (json, warning): there is no connection, or no answer in time",
    ]
    assert isinstance(came.exception, EnvironmentFault)
    assert "1 of 2 addresses" in str(came.exception)
    assert [body["title"] for body in webhook.accepted] == ["[test] orders_platform"]


def test_a_test_ends_well_when_all_arrived(webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_ALERT_URLS", webhook.url)

    came = CliRunner().invoke(app, ["alerts", "test", "--json"])

    assert json.loads(came.output) == {"addresses": [{"address": "1 (json, warning)", "delivered": True, "said": None}]}
    assert came.exit_code == 0


def test_a_test_without_an_address_says_what_to_set() -> None:
    came = CliRunner().invoke(app, ["alerts", "test"])

    assert isinstance(came.exception, SettingsError)


def test_the_list_tells_what_is_open_and_what_could_not_be_delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "json://127.0.0.1:1/x"
    monkeypatch.setenv("ORDERS_ALERT_URLS", url)
    store = AlertStore(prepared(f"sqlite:///{tmp_path}/alerts.db"))
    store.take_in([bad(said="job full_pass failed")], time.time(), Links(), new_id=Names())
    store.address({digest(url): bad().severity}, time.time())

    people = CliRunner().invoke(app, ["alerts", "list"]).output.splitlines()
    machine = json.loads(CliRunner().invoke(app, ["alerts", "list", "--json"]).output)

    assert people[0] == "1 open incidents"
    assert people[1].startswith("  [warning] Orders do not reach the tables, since ")
    assert people[2:] == ["      job full_pass failed", "1 messages wait for address 1 (json, warning): not tried yet"]
    assert [one["topic"] for one in machine["incidents"]] == ["progress"]
    assert machine["waiting"] == [{"address": "1 (json, warning)", "messages": 1, "attempts": 0, "said": None}]


def test_the_list_is_empty_where_nothing_was_ever_found() -> None:
    assert CliRunner().invoke(app, ["alerts", "list"]).output == "no open incidents\n"
