"""One message to one address, by apprise: any of the services that it knows. Nothing of an address or an answer is told."""

import logging
import re
import socket
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote

from apprise import Apprise, AppriseAsset, NotifyBase

from orders_platform.alert_settings import Address, is_forbidden_address, is_forbidden_host
from orders_platform.alerts.incidents import Kind
from orders_platform.alerts.message import Message
from orders_platform.alerts.outcome import Outcome
from orders_platform.alerts.signal import Severity

# Webhooks of no service's own: they may be sent a header.
_PLAIN: Final = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
_CONNECT_SECONDS, _READ_SECONDS = 5.0, 8.0
# what a busy service commonly asks for; apprise does not hand on the header in which it says so
_BUSY_SECONDS: Final = 60.0
_STATUS: Final = re.compile(r"\berror=(\d{3})\b")
_BUSY: Final = frozenset({429, 503})
_REDIRECTS: Final = range(300, 400)
_KINDS: Final = {Severity.WARNING: "warning", Severity.CRITICAL: "failure"}


class AppriseSender:
    """Sends by apprise, which follows no redirect for us: what a key is sent to is what the settings name."""

    def __init__(self) -> None:
        """Load its services, which takes most of a second, before threads ask for them."""
        with warnings.catch_warnings():
            # of the packages behind some services
            warnings.simplefilter("ignore")
            Apprise.instantiate("json://127.0.0.1")

    def send(self, address: Address, message: Message) -> Outcome:
        """Try it once."""
        plugin = _plugin(address, message)
        if plugin is None:
            return Outcome("apprise knows no such service, or the address lacks a part: compare it with apprise's page on it")
        host = str(getattr(plugin, "host", "") or "")
        refusal = _refusal(host) if host else None
        if refusal:
            return Outcome(refusal)
        with _heard() as heard:
            is_sent = plugin.notify(body=message.body, title=message.title, notify_type=_kind(message))
        return Outcome() if is_sent else _outcome(heard)


def _plugin(address: Address, message: Message) -> NotifyBase | None:
    asset = AppriseAsset(app_id="orders_platform", app_desc="orders_platform", http_redirects=False)
    url = _with(address.url, {"cto": str(_CONNECT_SECONDS), "rto": str(_READ_SECONDS)})
    if address.url.partition("://")[0].lower() in _PLAIN:
        url = _with(url, {"+Idempotency-Key": message.key, ":key": message.key, ":kind": message.kind.value})
    made: NotifyBase | None = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    return made


def _with(url: str, parameters: dict[str, str]) -> str:
    joined = "&".join(f"{quote(name, safe='+:')}={quote(value, safe='')}" for name, value in parameters.items())
    return f"{url}{'&' if '?' in url else '?'}{joined}"


def _refusal(host: str) -> str | None:
    """Why nothing is sent to that host, by its name or by any address that the name has now."""
    try:
        found = {ip_address(str(entry[4][0]).partition("%")[0]) for entry in socket.getaddrinfo(host, None)}
    except OSError:
        # not every service's word in that place is a host; where it is one, sending says the same
        found = set()
    if is_forbidden_host(host) or any(map(is_forbidden_address, found)):
        return "it leads to a cloud's own services for its machines, not to people: nothing is sent there"
    return None


def _kind(message: Message) -> str:
    return "success" if message.kind is Kind.CLOSED else _KINDS[message.severity]


def _outcome(heard: Sequence[str]) -> Outcome:
    status = next((int(found[1]) for line in heard if (found := _STATUS.search(line))), None)
    if status is None:
        return Outcome("there is no connection, or no answer in time")
    if status in _BUSY:
        return Outcome(f"it is busy (it answered {status})", _BUSY_SECONDS)
    if status in _REDIRECTS:
        return Outcome(f"it redirects ({status}), which is not followed: name the address that it leads to")
    return Outcome(f"it answered {status}")


class _Ear(logging.Handler):
    """Keeps what one thread logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line of its thread."""
        if record.thread == self._thread:
            self.lines.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What apprise logs meanwhile: it tells no more than yes or no. It goes no further, since it may name keys."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    ear = _Ear()
    logger.addHandler(ear)
    try:
        yield ear.lines
    finally:
        logger.removeHandler(ear)
