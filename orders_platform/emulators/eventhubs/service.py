"""What all connections share: hubs, keys, faults, the clock, and who reads which partition."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from orders_platform.emulators.eventhubs.faults import Faults
from orders_platform.emulators.eventhubs.hub import Hub, Hubs
from orders_platform.emulators.eventhubs.sas import Claim, Keys, TokenRefusedError

READERS_PER_GROUP = 5
NO_EPOCH = -1
IDLE_TIME_OUT_MS = 240_000
_HIGHER_EPOCH = "A receiver with epoch '{}' exists already; a receiver with epoch '{}' cannot be created."
_NEW_EPOCH = "New receiver with higher epoch of '{}' is created hence current receiver is getting disconnected."
_TOO_MANY = "Exceeded the maximum number of allowed receivers per partition in a consumer group which is {}."


def wall_clock_ms() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Reader(Protocol):
    """A consumer's link, as far as others can push it aside."""

    epoch: int

    def steal(self, text: str) -> None:
        """Detach with `amqp:link:stolen`."""


class ReaderRefusedError(Exception):
    """A consumer may not read a partition beside those that do."""

    def __init__(self, condition: str, text: str) -> None:
        """Condition and text for the detach."""
        super().__init__(text)
        self.condition = condition


@dataclass(slots=True)
class Service:
    """State of the running emulator."""

    hubs: Hubs
    keys: Keys
    faults: Faults = field(default_factory=Faults)
    clock: Callable[[], int] = wall_clock_ms
    allows_jwt: bool = False
    idle_time_out_ms: int = IDLE_TIME_OUT_MS
    _readers: dict[tuple[str, str, str], list[Reader]] = field(default_factory=dict)

    def check_token(self, kind: str, token: str) -> Claim:
        """What a token allows. Raises TokenRefusedError."""
        if kind == "jwt" or not token.startswith("SharedAccessSignature"):
            if self.allows_jwt and token:
                return Claim("", float("inf"))
            raise TokenRefusedError("InvalidToken: This hub takes shared access signatures only.")
        return self.keys.check_token(token, self.clock() / 1000)

    def admit(self, hub: Hub, partition: str, *, group: str, reader: Reader) -> None:
        """Let a consumer read, pushing older ones aside as epochs ask. Raises ReaderRefusedError."""
        readers = self._readers.setdefault((hub.name, partition, group.lower()), [])
        highest = max((other.epoch for other in readers), default=NO_EPOCH)
        if highest > reader.epoch:
            raise ReaderRefusedError("amqp:link:stolen", _HIGHER_EPOCH.format(highest, reader.epoch))
        if reader.epoch == NO_EPOCH and len(readers) >= READERS_PER_GROUP:
            raise ReaderRefusedError("amqp:resource-limit-exceeded", _TOO_MANY.format(READERS_PER_GROUP))
        if reader.epoch > NO_EPOCH:
            for other in tuple(readers):
                other.steal(_NEW_EPOCH.format(reader.epoch))
        readers.append(reader)

    def leave(self, hub: Hub, partition: str, *, group: str, reader: Reader) -> None:
        """Forget a consumer; one that is not known is fine."""
        readers = self._readers.get((hub.name, partition, group.lower()), [])
        if reader in readers:
            readers.remove(reader)
