"""`relay` and `outbox` as a person, and as a container's platform, uses them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import structlog
from typer.testing import CliRunner, Result

from orders_platform.cli import app
from orders_platform.errors import EnvironmentFault
from orders_platform.squad.database import Connection
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.squad.outbox import processes
from orders_platform_tests.squad.outbox.places import HubPlace, add, add_many, body_of, by_order, waiting

pytestmark = pytest.mark.integration


@pytest.fixture
def env(hub: HubPlace, database_url: str) -> dict[str, str]:
    """With a password, which a server on this machine does not ask for."""
    return hub.env | {"ORDERS_DATABASE_URL": database_url.replace("postgres@", "postgres:s3cret@")}


@pytest.fixture
def _settings(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    yield
    structlog.reset_defaults()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def told(*words: str) -> dict[str, object]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


@pytest.mark.usefixtures("_settings")
def test_once_sends_what_waits_and_replay_has_it_sent_again(hub: HubPlace, database: Connection) -> None:
    add(database, "a", 1)
    add(database, "a", 2)

    assert told("relay", "--once") == {"sent": 2}
    assert told("outbox", "replay", "--from", "2026-01-01", "--to", "2100-01-01T00:00:00Z") == {"events": 2}
    assert told("outbox", "state")["waiting"] == 2
    assert "2 events are in the hub" in run("relay", "--once").stdout
    assert hub.of("a") == [body_of("a", 1), body_of("a", 2)] * 2


@pytest.mark.usefixtures("_settings")
def test_state_tells_what_waits_for_how_long_and_how_often_in_vain(database: Connection) -> None:
    add(database, "a")
    database.execute("update outbox set created_at = now() - interval '90 seconds', attempts = 7")

    state = told("outbox", "state")

    assert (state["waiting"], state["most_attempts"]) == (1, 7)
    assert isinstance(state["oldest_seconds"], float)
    assert 90 <= state["oldest_seconds"] < 120
    assert "1 events wait, the oldest for" in run("outbox", "state").stdout


@pytest.mark.usefixtures("_settings")
def test_state_names_what_was_sent_in_vain_and_why(database: Connection) -> None:
    add(database, "a")
    add(database, "b")
    database.execute("update outbox set attempts = 7, last_error = 'hub is away' where order_id = 'b'")

    assert told("outbox", "state")["worst"] == [{"order_id": "b", "version": 1, "attempts": 7, "last_error": "hub is away"}]
    assert "b version 1, 7 times: hub is away" in run("outbox", "state").stdout


@pytest.mark.usefixtures("_settings")
def test_replay_says_so_when_a_part_of_the_span_is_not_kept(database: Connection) -> None:
    add(database, "a")

    result = run("outbox", "replay", "--from", "2018-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z")

    assert (result.exit_code, result.stdout) == (0, "0 events are sent again\n")
    assert "are not kept any more" in result.stderr


@pytest.mark.parametrize(("first", "last"), [("2026-11-02", "2026-11-02"), ("yesterday", "2026-11-02")])
@pytest.mark.usefixtures("_settings")
def test_replay_refuses_a_span_that_holds_nothing_or_is_none(first: str, last: str) -> None:
    result = run("outbox", "replay", "--from", first, "--to", last)

    assert result.exit_code != 0
    assert first in str(result.exception)


@pytest.mark.parametrize(
    "words", [("outbox", "state"), ("relay", "--once"), ("outbox", "replay", "--from", "2026-01-01", "--to", "2027-01-01")]
)
@pytest.mark.usefixtures("_settings")
def test_a_database_without_tables_is_one_sentence_that_says_what_to_do(database: Connection, words: tuple[str, ...]) -> None:
    database.execute("alter table outbox rename to away")

    result = run(*words)

    assert isinstance(result.exception, EnvironmentFault)
    assert str(result.exception) == "the database has no tables of this release: bring them up by `orders-platform api migrate`"


@pytest.mark.usefixtures("_settings")
def test_a_database_that_takes_no_writes_is_one_sentence_for_who_brings_up_its_tables(
    database: Connection, env: dict[str, str]
) -> None:
    database.execute(f"alter database {database.info.dbname} set default_transaction_read_only = on".encode())

    result = run("api", "migrate")

    assert isinstance(result.exception, EnvironmentFault)
    assert "the orders database does not serve" in str(result.exception)
    assert "read-only" in str(result.exception)


@pytest.mark.faults
def test_a_relay_whose_log_cannot_be_written_goes_on(env: dict[str, str], database: Connection) -> None:
    """A disk that is full under the log must not keep events from the hub."""
    command = [sys.executable, "-m", "orders_platform", "relay", "--json"]
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=full, text=True, env=os.environ | env) as relay,
    ):
        try:
            assert relay.stdout is not None
            assert json.loads(relay.stdout.readline())["relay"] == "active"
            add(database, "a")
            wait_until(lambda: waiting(database) == 0)
        finally:
            relay.terminate()
    assert relay.returncode == 0


@pytest.mark.faults
def test_a_relay_that_is_asked_to_end_does_so_in_order(
    hub: HubPlace, env: dict[str, str], database: Connection, tmp_path: Path
) -> None:
    added = add_many(database, 6000)
    relay = processes.start(env, tmp_path / "log")
    wait_until(lambda: waiting(database) <= 5000)

    code = relay.end(signal.SIGTERM)

    arrived = hub.messages()
    assert code == 0
    # what the hub has is marked, and the other way round: the batch in hand was finished
    assert len(arrived) == 6000 - waiting(database)
    assert all(bodies == added[order_id][: len(bodies)] for order_id, bodies in by_order(arrived).items())


@pytest.mark.faults
def test_the_metrics_tell_how_long_the_oldest_event_waits_and_the_log_tells_no_secret(
    hub: HubPlace, env: dict[str, str], database: Connection, tmp_path: Path
) -> None:
    for number in range(40):
        add(database, f"order-{number}", body=b'{"customer_ref": "c-secret"}')
    database.execute("update outbox set created_at = now() - interval '90 seconds'")
    for partition in "0123":
        hub.throttle(partition)
    relay = processes.start(env, tmp_path / "log", "--metrics-port", "0")
    address = relay.said["metrics"]

    def oldest() -> float:
        lines = requests.get(str(address), timeout=5).text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("outbox_oldest_unpublished_seconds "))

    try:
        wait_until(lambda: oldest() >= 90)
        wait_until(lambda: "partition_fails" in (tmp_path / "log").read_text())
        hub.call(lambda server: server.faults.clear())
        wait_until(lambda: oldest() == 0, 60)
    finally:
        code = relay.end(signal.SIGTERM)

    log = (tmp_path / "log").read_text()
    assert (code, relay.said["relay"]) == (0, "active")
    assert "partition_works_again" in log
    assert [secret for secret in ("c-secret", "s3cret", "c29tZSBrZXk") if secret in log] == []
    assert all(json.loads(line)["event"] for line in log.splitlines())
