"""Which hubs to serve: from a file in the form of Microsoft's emulator, or one default hub."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from orders_platform.errors import InputError
from orders_platform.hub_name import folded

DEFAULT_GROUP = "$Default"
MOST_PARTITIONS = 1024
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class HubConfig:
    """One hub that shall exist."""

    name: str
    partitions: int
    consumer_groups: tuple[str, ...] = (DEFAULT_GROUP,)


def default_config(name: str, partitions: int) -> HubConfig:
    """A hub without a file. Raises InputError where name or number is not allowed."""
    return _checked(HubConfig(name, partitions), "the command line")


def read_config(path: Path) -> list[HubConfig]:
    """Hubs of a Config.json as the emulator of Microsoft reads it. Raises InputError naming what is wrong."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): give the path of a Config.json") from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON ({error}): correct it, or leave --config away") from error
    try:
        entities = document["UserConfig"]["NamespaceConfig"][0]["Entities"]
        hubs = [_checked(_entity(entity), str(path)) for entity in entities]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path} must hold UserConfig.NamespaceConfig[0].Entities[], each with Name, PartitionCount and "
            f"ConsumerGroups[].Name; what was met: {error!r}"
        ) from error
    if not hubs or len({folded(hub.name) for hub in hubs}) < len(hubs):
        raise InputError(f"{path} names no hub, or one hub twice: each entity needs a name of its own")
    return hubs


def _entity(entity: dict[str, object]) -> HubConfig:
    groups = entity.get("ConsumerGroups") or []
    if not isinstance(groups, list):
        raise TypeError("ConsumerGroups is no list")
    names = [DEFAULT_GROUP, *(str(group["Name"]) for group in groups)]
    return HubConfig(str(entity["Name"]), int(str(entity["PartitionCount"])), tuple(dict.fromkeys(names)))


def _checked(hub: HubConfig, where: str) -> HubConfig:
    if not _NAME.fullmatch(hub.name):
        raise InputError(f"{hub.name!r} in {where} is no name for a hub: letters, digits, '.', '-' and '_', up to 256")
    if not 1 <= hub.partitions <= MOST_PARTITIONS:
        raise InputError(f"hub {hub.name!r} in {where} has {hub.partitions} partitions: give 1 to {MOST_PARTITIONS}")
    return hub
