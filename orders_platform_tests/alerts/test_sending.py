"""What apprise is handed, and what is said of how it went: never an address, a key, or a service's own words."""

import socket

import pytest

from orders_platform.alert_settings import Address
from orders_platform.alerts.incidents import Kind
from orders_platform.alerts.message import Message
from orders_platform.alerts.outcome import Outcome
from orders_platform.alerts.sending import AppriseSender
from orders_platform.alerts.signal import Severity
from orders_platform_tests.alerts.webhook import Webhook

MESSAGE = Message("incident-1-1", Kind.OPENED, Severity.WARNING, "title", "body")


@pytest.fixture(scope="module")
def sender() -> AppriseSender:
    return AppriseSender()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Outcome()),
        (302, Outcome("it redirects (302), which is not followed: name the address that it leads to")),
        (307, Outcome("it redirects (307), which is not followed: name the address that it leads to")),
        (404, Outcome("it answered 404")),
        (429, Outcome("it is busy (it answered 429)", 60.0)),
        (503, Outcome("it is busy (it answered 503)", 60.0)),
    ],
)
def test_an_answer_is_told_by_its_number(sender: AppriseSender, webhook: Webhook, status: int, expected: Outcome) -> None:
    webhook.answers[:] = [status]
    webhook.headers["Location"] = f"http://127.0.0.1:{webhook.port}/elsewhere"

    assert sender.send(Address(1, webhook.url), MESSAGE) == expected
    assert webhook.paths == ["/alerts"]


def test_a_repetition_has_the_same_key_in_header_and_body(sender: AppriseSender, webhook: Webhook) -> None:
    for _ in range(2):
        sender.send(Address(1, f"{webhook.url}?+X-Shop=1"), MESSAGE)

    assert [(body["header"], body["key"], body["kind"]) for body in webhook.came] == [
        ("incident-1-1", "incident-1-1", "opened")
    ] * 2


@pytest.mark.parametrize("url", ["nosuch://127.0.0.1/x", "slack://x", "http://shop.example/hook", "file://etc/passwd"])
def test_what_apprise_does_not_know_is_said(sender: AppriseSender, url: str) -> None:
    said = sender.send(Address(1, url), MESSAGE).said

    assert said == "apprise knows no such service, or the address lacks a part: compare it with apprise's page on it"


def test_a_name_that_leads_to_a_clouds_own_services_is_refused(sender: AppriseSender, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", ("203.0.113.7", 0)), (2, 1, 6, "", ("169.254.169.254", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", found)

    said = sender.send(Address(1, "json://harmless.example/x"), MESSAGE).said

    assert said == "it leads to a cloud's own services for its machines, not to people: nothing is sent there"


def test_no_key_is_logged_or_told(
    sender: AppriseSender, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = sender.send(Address(1, "json://user:s3cret@127.0.0.1:1/s3cret?-token=s3cret"), MESSAGE)

    assert outcome.said == "there is no connection, or no answer in time"
    assert "s3cret" not in f"{caplog.text}{capfd.readouterr()}"


@pytest.mark.parametrize("host", ["2852039166", "0xa9fea9fe", "169.254.43518", "[::ffff:a9fe:a9fe]"])
def test_a_clouds_own_services_are_refused_however_their_number_is_written(sender: AppriseSender, host: str) -> None:
    said = sender.send(Address(1, f"json://{host}/x"), MESSAGE).said

    assert said == "it leads to a cloud's own services for its machines, not to people: nothing is sent there"


@pytest.mark.parametrize("place", ["/alerts%0d%0aEvil:%201", "/alerts\x00", "/alerts\x1b[31m"])
def test_control_characters_in_an_address_make_no_line_of_their_own(sender: AppriseSender, webhook: Webhook, place: str) -> None:
    sender.send(Address(1, f"json://127.0.0.1:{webhook.port}{place}"), MESSAGE)

    assert [path.isprintable() for path in webhook.paths] == [True]
    assert [body["key"] for body in webhook.came] == ["incident-1-1"]


def test_control_characters_in_a_header_are_not_sent(sender: AppriseSender, webhook: Webhook) -> None:
    said = sender.send(Address(1, f"{webhook.url}?+X-Shop=1%0d%0aEvil:%201"), MESSAGE).said

    assert said == "there is no connection, or no answer in time"
    assert webhook.came == []
