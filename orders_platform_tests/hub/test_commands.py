"""`hub tails` and `hub peek` as a person sees them."""

import json

import pytest
from typer.testing import CliRunner

from orders_platform.emulators.eventhubs.in_thread import ServerInThread
from orders_platform.hub.commands import hub as commands
from orders_platform.hub.publish import Publisher
from orders_platform.settings import HubSettings

pytestmark = pytest.mark.integration
RAW = b'\xff\xfe\x1b[31m{"a":1}'


@pytest.fixture
def _filled(hub: HubSettings, running: ServerInThread, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in running.server.client_settings().items():
        monkeypatch.setenv(name, value)
    with Publisher(hub) as publisher:
        publisher.publish([("a", b'{"n":1}'), ("a", b'{"n":2}'), ("a", RAW)])


@pytest.mark.usefixtures("_filled")
def test_tails_shows_every_partition() -> None:
    found = json.loads(CliRunner().invoke(commands, ["tails", "--json"]).stdout)
    table = CliRunner().invoke(commands, ["tails"]).stdout

    assert sorted(tail["next"] for tail in found["partitions"].values()) == [0, 0, 0, 3]
    assert found["generation"] in table


@pytest.mark.usefixtures("_filled")
def test_peek_shows_the_last_messages_whatever_their_bytes() -> None:
    result = CliRunner().invoke(commands, ["peek", "--count", "2"])

    assert result.exit_code == 0
    assert '{"n":2}' in result.stdout
    assert '{"n":1}' not in result.stdout
    assert r"\xff\xfe\x1b[31m" in result.stdout


@pytest.mark.usefixtures("_filled")
def test_peek_gives_bytes_that_are_no_text_as_base64() -> None:
    messages = json.loads(CliRunner().invoke(commands, ["peek", "--json", "--from-start"]).stdout)

    assert [message.get("body") for message in messages] == ['{"n":1}', '{"n":2}', None]
    assert messages[2]["body_base64"] == "//4bWzMxbXsiYSI6MX0="


@pytest.mark.usefixtures("_filled")
def test_peek_names_the_partitions_when_asked_for_another() -> None:
    result = CliRunner().invoke(commands, ["peek", "--partition", "9"])

    assert "no partition 9; it has 0, 1, 2, 3" in str(result.exception)
