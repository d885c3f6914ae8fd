"""Addresses of entities: `amqps://HOST/HUB/ConsumerGroups/GROUP/Partitions/ID` and its shorter forms."""

import re
from dataclasses import dataclass

from orders_platform.emulators.eventhubs.sas import entity_path

_ENTITY = re.compile(r"(?P<hub>[^/]+)(?:/consumergroups/(?P<group>[^/]+))?(?:/partitions/(?P<partition>[^/]+))?")


@dataclass(frozen=True, slots=True)
class Address:
    """A hub, and what of it."""

    path: str
    hub: str
    group: str | None
    partition: str | None


def parse_address(text: str) -> Address | None:
    """The entity that an address names, in lower case, or None."""
    path = entity_path(text)
    found = _ENTITY.fullmatch(path)
    return None if found is None else Address(path, found["hub"], found["group"], found["partition"])
