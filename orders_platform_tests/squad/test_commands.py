"""`replay` and `publish` against a running hub."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.errors import InputError
from orders_platform.hub.peek import HubMessage, peek
from orders_platform.settings import Settings
from orders_platform.squad.commands import publish, replay
from orders_platform_tests.squad.csv_files import a_csv, a_row

pytestmark = pytest.mark.integration
APP = typer.Typer()
APP.command("replay")(replay)
APP.command("publish")(publish)


@pytest.fixture(autouse=True)
def _hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hub = HubConfig("orders", 2, ("$Default",))
    with server_in_thread(ServerOptions(data=tmp_path / "hub", hubs=(hub,), key_name="Root", key="c29tZSBrZXk=")) as running:
        for name, value in running.server.client_settings().items():
            monkeypatch.setenv(name, value)
        yield


def in_hub() -> list[HubMessage]:
    return peek(Settings.load().need_hub(), None, count=1000, from_start=True)


def test_replay_sends_each_order_once_under_its_id(tmp_path: Path) -> None:
    path = a_csv(tmp_path, a_row("C536367", quantity="-1"), a_row("536366"), a_row("536366"))

    result = CliRunner().invoke(APP, ["replay", "--csv", str(path), "--json"])

    report = json.loads(result.stdout)
    assert (report["events"], report["orders"], report["cancellations"], report["lines"]) == (2, 1, 1, 3)
    assert {(message.key, json.loads(message.body)["subject"]) for message in in_hub()} == {("C536367",) * 2, ("536366",) * 2}


def test_replay_sends_nothing_when_the_last_row_is_wrong(tmp_path: Path) -> None:
    path = a_csv(tmp_path, *(a_row(str(536365 + number)) for number in range(50)), a_row("536999", price="x"))

    result = CliRunner().invoke(APP, ["replay", "--csv", str(path)])

    assert isinstance(result.exception, InputError)
    assert "row 52, column Price" in str(result.exception)
    assert in_hub() == []


@pytest.mark.parametrize("days", ["2018-13-01:", "2018-12-05:2018-12-01", "yesterday"])
def test_replay_names_days_that_are_none(tmp_path: Path, days: str) -> None:
    result = CliRunner().invoke(APP, ["replay", "--csv", str(a_csv(tmp_path, a_row())), "--days", days])

    assert isinstance(result.exception, InputError)
    assert days in str(result.exception)


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_publish_sends_every_line_byte_for_byte(tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    lines = [b'{"data":{"order_id":"536365"}}', b"", b"\xff\x00 poison\r", b'{"data":{"order_id":5}}', b"[" * 2000]
    (tmp_path / "raw").write_bytes(packed(b"\n".join(lines) + b"\n"))

    report = json.loads(CliRunner().invoke(APP, ["publish", str(tmp_path / "raw"), "--json"]).stdout)

    assert sorted((message.body, message.key) for message in in_hub()) == sorted(
        (line, "536365" if line == lines[0] else None) for line in lines
    )
    assert (report["events"], report["with_key"], report["without_key"]) == (5, 1, 4)


def test_publish_names_a_gzip_file_that_is_cut_short(tmp_path: Path) -> None:
    (tmp_path / "raw.gz").write_bytes(gzip.compress(b"{}\n" * 99)[:-9])

    assert "gzip file is cut short" in str(CliRunner().invoke(APP, ["publish", str(tmp_path / "raw.gz")]).exception)


def test_publish_sends_nothing_when_a_line_is_too_large_for_the_hub(tmp_path: Path) -> None:
    (tmp_path / "raw.jsonl").write_bytes(b"{}\n" + b"x" * 2_000_000)

    result = CliRunner().invoke(APP, ["publish", str(tmp_path / "raw.jsonl")])

    assert "event 2 has 2,000,000 bytes" in str(result.exception)
    assert in_hub() == []
