"""A message that says of itself that it is a test, to every address at once."""

import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from orders_platform.alert_settings import Address
from orders_platform.alerts.incidents import Kind
from orders_platform.alerts.message import Message, moment
from orders_platform.alerts.outcome import Outcome, Sender
from orders_platform.alerts.signal import Severity


def a_test() -> Message:
    """A new one."""
    key = f"test-{uuid.uuid4().hex}"
    body = f"A test, sent by hand at {moment(time.time())}: nothing is wrong, and alerts arrive here.\nReference: {key}"
    return Message(key, Kind.OPENED, Severity.WARNING, "[test] orders_platform", body)


def tried(addresses: Sequence[Address], sender: Sender, message: Message) -> list[tuple[Address, Outcome]]:
    """What became of it at each address, whatever its severity and the hour."""
    with ThreadPoolExecutor(len(addresses)) as threads:
        outcomes = list(threads.map(lambda address: sender.send(address, message), addresses))
    return list(zip(addresses, outcomes, strict=True))
