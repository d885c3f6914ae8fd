"""What Azure does too, but cannot be asked to do in a test: TLS with a certificate of our own, tokens, retention."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient, TransportType
from azure.eventhub.exceptions import AuthenticationError, ConnectError, EventHubError

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import ServerInThread, server_in_thread
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform_tests.contract.hub_client import GROUP, HubUnderTest, Reading, bodies

pytestmark = [pytest.mark.contract, pytest.mark.integration]

KEY_NAME, KEY = "Root", "c29tZSBrZXk="
HUBS = (HubConfig("orders", 1),)


class AnyToken:
    """An Entra identity, as far as the SDK can tell."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken("a.jwt.token", int(time.time()) + 3_600)


class Clock:
    """A clock that stands until it is put on."""

    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody signed, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    chain, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(chain), *subject]
    subprocess.run(command, check=True, capture_output=True)
    return chain, key


@pytest.fixture
def token_hub(tmp_path: Path) -> Iterator[ServerInThread]:
    """A hub that takes any Entra token."""
    with server_in_thread(ServerOptions(tmp_path, HUBS, KEY_NAME, KEY, allows_jwt=True)) as running:
        yield running


def with_identity(running: ServerInThread) -> EventHubProducerClient:
    """A producer without a key."""
    address = f"127.0.0.1:{running.server.amqp_port}"
    return EventHubProducerClient(address, "orders", AnyToken(), use_tls=False, retry_total=0)


def test_sdk_sends_and_reads_over_tls(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    with server_in_thread(ServerOptions(tmp_path, HUBS, KEY_NAME, KEY, tls=certificate)) as running:
        place = f"sb://localhost:{running.server.amqp_port}"
        connection = f"Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName={KEY_NAME};SharedAccessKey={KEY}"
        tls: dict[str, Any] = {
            "custom_endpoint_address": place,
            "transport_type": TransportType.Amqp,
            "connection_verify": str(certificate[0]),
            "retry_total": 0,
        }
        with EventHubProducerClient.from_connection_string(connection, eventhub_name="orders", **tls) as producer:
            producer.send_batch([EventData("secret")], partition_id="0")
        consumer = EventHubConsumerClient.from_connection_string(connection, GROUP, eventhub_name="orders", **tls)
        with Reading(consumer, starting_position="-1") as reading:
            reading.wait_for(lambda: bool(reading.events))

    assert bodies(reading.events) == ["secret"]


def test_plain_text_is_not_understood_where_tls_is_spoken(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    with server_in_thread(ServerOptions(tmp_path, HUBS, KEY_NAME, KEY, tls=certificate)) as running:
        plain = HubUnderTest(f"{running.server.connection_string()};UseDevelopmentEmulator=true", "orders")

        with plain.producer() as producer, pytest.raises(EventHubError):
            producer.get_partition_ids()


def test_token_of_an_identity_opens_the_hub_when_allowed(token_hub: ServerInThread) -> None:
    with with_identity(token_hub) as producer:
        producer.send_event(EventData("by identity"), partition_id="0")
        facts = producer.get_partition_properties("0")

    assert facts["last_enqueued_sequence_number"] == 0


def test_token_of_an_identity_is_refused_when_not_allowed(tmp_path: Path) -> None:
    with (
        server_in_thread(ServerOptions(tmp_path, HUBS, KEY_NAME, KEY)) as running,
        with_identity(running) as producer,
        pytest.raises((AuthenticationError, ConnectError), match=r"401|InvalidToken"),
    ):
        producer.get_partition_ids()


def test_retention_moves_the_begin_and_a_reader_starts_there(tmp_path: Path) -> None:
    clock = Clock()
    options = ServerOptions(tmp_path, HUBS, KEY_NAME, KEY, log=LogOptions(retention_ms=60_000), clock=clock)
    with server_in_thread(options) as running:
        hub = HubUnderTest(running.server.connection_string(), "orders")
        hub.send("old")
        clock.now_ms += 50_000
        hub.send("young")
        clock.now_ms += 50_000
        running.call(lambda server: server.hubs.expire(clock.now_ms))

        facts = hub.shared.get_partition_properties("0")
        events = hub.receive(1, starting_position="-1")
        hub.shared.close()

    assert facts["beginning_sequence_number"] == 1
    assert bodies(events) == ["young"]


def test_position_that_was_never_reached_is_refused(tmp_path: Path) -> None:
    with server_in_thread(ServerOptions(tmp_path, HUBS, KEY_NAME, KEY)) as running:
        hub = HubUnderTest(running.server.connection_string(), "orders")
        hub.send("only")
        hub.shared.close()

        with pytest.raises(EventHubError, match="sequence number '7' is invalid"):
            hub.receive(1, starting_position=7)
