"""Whose a file of Capture is, by its name: another hub's is never taken for ours, and what cannot be told apart is refused."""

from collections.abc import Sequence

import pytest

from orders_platform.errors import InputError
from orders_platform.lakehouse.backup.capture import capture_at
from orders_platform.lakehouse.backup.capture_names import CapturedFile, Naming, of_hub, refuse_several

NOON = "2026/01/05/12/00/00.avro"
REST = "{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}"
ORDERS, AUDIT = f"file:/data/shopns/orders/0/{NOON}", f"file:/data/shopns/audit/0/{NOON}"


def found(place: str, paths: Sequence[str], hub: str = "") -> list[CapturedFile]:
    """The files of a hub at a place."""
    naming = Naming.of(place)
    own = of_hub(naming.files(paths), naming, hub)
    refuse_several(own, naming)
    return own


def names(place: str, paths: Sequence[str], hub: str = "") -> list[str]:
    """What they are called below it."""
    return [file.name for file in found(place, paths, hub)]


@pytest.mark.parametrize("hub", ["orders", "Orders"])
def test_of_two_hubs_below_a_place_the_named_one_is_taken_whatever_its_case(hub: str) -> None:
    assert names("/data", [AUDIT, ORDERS], hub) == [f"shopns/orders/0/{NOON}"]


def test_a_file_tells_its_partition_and_its_time() -> None:
    [file] = found("/data", ["file:///data/backup/shopns/orders/17/2026/01/05/12/30/59.avro"])

    assert (file.namespace, file.hub, file.partition, file.time) == ("shopns", "orders", 17, (2026, 1, 5, 12, 30, 59))
    assert file.day.isoformat() == "2026-01-05"


def test_where_the_named_hub_has_no_file_those_that_have_are_named() -> None:
    with pytest.raises(InputError, match=r"at /data there are files of hub audit, hub sales, and none of hub orders"):
        names("/data", [AUDIT, AUDIT.replace("audit", "sales")], "orders")


def test_where_no_hub_is_named_the_only_one_is_taken_and_several_are_refused() -> None:
    assert names("/data", [ORDERS]) == [f"shopns/orders/0/{NOON}"]
    with pytest.raises(
        InputError, match=r"of hub audit, hub orders.*narrow the place, like /data/shopns/audit/.*ORDERS_HUB_NAME"
    ):
        names("/data", [AUDIT, ORDERS])


def test_two_namespaces_with_the_hub_are_refused_with_a_way_to_narrow_the_place() -> None:
    paths = [ORDERS, ORDERS.replace("shopns", "testns")]

    with pytest.raises(InputError, match=r"files of namespace shopns, namespace testns.*narrow the place, like (\S+)") as refused:
        names("/data", paths, "orders")

    narrowed = str(refused.value).rpartition("like ")[2]
    assert narrowed == f"/data/shopns/orders/{{PartitionId}}/{REST}"
    assert names(narrowed, paths, "orders") == [f"0/{NOON}"]


@pytest.mark.parametrize(
    "place",
    [
        "/data/shopns/orders",
        "/data/shopns/orders/",
        "/data/shopns/orders/{PartitionId}/" + REST,
        "/data/shopns/{EventHub}/{PartitionId}/" + REST,
        "/data/{Namespace}/orders/{PartitionId}/" + REST,
        "/data/{Namespace}/{EventHub}/{PartitionId}/" + REST + ".avro",
    ],
)
def test_a_place_may_be_narrowed_by_folders_and_by_literal_parts_of_the_names(place: str) -> None:
    paths = [ORDERS] if place.startswith("/data/shopns/orders") else [AUDIT, ORDERS]

    assert [file.path for file in found(place, paths, "orders")] == [ORDERS]


def test_names_that_are_given_begin_at_the_place_and_nowhere_below_it() -> None:
    """Else the folders of two hubs below it would be taken for one."""
    with pytest.raises(InputError, match=r"none of the 2 Avro files at /data is named \{PartitionId\}"):
        names("/data/{PartitionId}/" + REST, [AUDIT, ORDERS])


def test_a_folder_that_ends_in_digits_is_no_partition() -> None:
    with pytest.raises(InputError, match="none of the 1 Avro files"):
        names("/data/shopns/orders", [f"file:/data/shopns/orders/partition10/{NOON}"])


@pytest.mark.parametrize(
    ("names_given", "said"),
    [
        ("{EventHub}/{Year}/{Month}/{Day}", "names no PartitionId"),
        ("{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Week}", "names Week, which Capture does not know"),
        ("{PartitionId}/{PartitionId}/{Year}/{Month}/{Day}", "names PartitionId, which Capture does not know, or names it twice"),
    ],
)
def test_a_way_of_naming_that_is_none_of_captures_is_refused(names_given: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Naming.of(f"/data/{names_given}")


def test_a_container_is_read_by_its_address() -> None:
    place = "abfss://capture@shop.dfs.core.windows.net"
    paths = [f"{place}/shopns/orders/0/{NOON}", f"{place}/shopns/audit/0/{NOON}"]

    assert names(place, paths, "orders") == names(f"{place}/{{Namespace}}/{{EventHub}}/{{PartitionId}}/{REST}", paths, "orders")
    assert names(place, paths, "orders") == [f"shopns/orders/0/{NOON}"]


def test_a_generation_is_of_the_hub_whose_files_are_taken() -> None:
    capture_at("/data", "orders-1763875200000", "Orders")

    with pytest.raises(InputError, match="files are of hub orders, and generation audit-1763875200000 is of hub audit"):
        capture_at("/data", "audit-1763875200000", "orders")
    with pytest.raises(InputError, match="orders is no generation like orders-1763875200000"):
        capture_at("/data", "orders", "orders")
