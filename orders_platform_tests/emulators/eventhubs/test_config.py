"""Which hubs are served: Microsoft's Config.json, damaged ones, and hubs that change."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.config import HubConfig, default_config, read_config
from orders_platform.emulators.eventhubs.hub import Hubs
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.errors import EnvironmentFault, InputError


def document(*entities: Mapping[str, object]) -> dict[str, object]:
    namespace = {"Type": "EventHub", "Name": "emulatorNs1", "Entities": list(entities)}
    return {"UserConfig": {"NamespaceConfig": [namespace], "LoggingConfig": {"Type": "File"}}}


def written(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def opened(data: Path, partitions: int, now_ms: int = 1) -> Hubs:
    return Hubs.open(data, [HubConfig("orders", partitions)], options=LogOptions(), now_ms=now_ms)


def test_config_of_the_official_emulator_is_read(tmp_path: Path) -> None:
    entity = {"Name": "eh1", "PartitionCount": "2", "ConsumerGroups": [{"Name": "cg1"}]}

    hubs = read_config(written(tmp_path / "Config.json", document(entity)))

    assert hubs == [HubConfig("eh1", 2, ("$Default", "cg1"))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "must hold UserConfig"),
        ({"UserConfig": {"NamespaceConfig": []}}, "must hold UserConfig"),
        (document({"Name": "a"}), "PartitionCount"),
        (document({"Name": "a", "PartitionCount": "many"}), "many"),
        (document({"Name": "a", "PartitionCount": "0"}), "0 partitions"),
        (document({"Name": "../a", "PartitionCount": "1"}), "no name for a hub"),
        (document({"Name": "a", "PartitionCount": "1"}, {"Name": "A", "PartitionCount": "1"}), "one hub twice"),
        (document(), "names no hub"),
    ],
)
def test_damaged_config_is_one_clear_sentence(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_config(written(tmp_path / "Config.json", content))


def test_config_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Config\.json cannot be read"):
        read_config(tmp_path / "Config.json")


@pytest.mark.parametrize(("name", "partitions"), [("", 1), ("a b", 1), ("a", 0), ("a", 99_999)])
def test_impossible_default_hub_is_refused(name: str, partitions: int) -> None:
    with pytest.raises(InputError):
        default_config(name, partitions)


def test_partitions_may_be_added(tmp_path: Path) -> None:
    first = opened(tmp_path, 2)
    first.close()

    again = opened(tmp_path, 5, now_ms=9)

    assert (len(again["orders"].partitions), again["orders"].created_ms) == (5, 1)
    again.close()


def test_partitions_cannot_be_taken_away(tmp_path: Path) -> None:
    opened(tmp_path, 4).close()

    with pytest.raises(InputError, match="has 4 partitions and cannot shrink to 2"):
        opened(tmp_path, 2)

    opened(tmp_path, 4).close()


def test_second_user_of_the_data_is_refused(tmp_path: Path) -> None:
    hubs = opened(tmp_path, 1)

    with pytest.raises(EnvironmentFault, match="another hub process uses"):
        opened(tmp_path, 1)

    hubs.close()


def test_damaged_facts_of_a_hub_are_refused(tmp_path: Path) -> None:
    opened(tmp_path, 1).close()
    (tmp_path / "hubs" / "orders" / "hub.json").write_text("{")

    with pytest.raises(EnvironmentFault, match=r"hub\.json is damaged"):
        opened(tmp_path, 1)
