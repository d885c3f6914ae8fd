"""A replay of Capture's files never takes another message for ours because its position is the same: it is refused by name."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from orders_platform.errors import InputError, PassRefused
from orders_platform.hub.peek import peek
from orders_platform.lakehouse.backup.capture import capture_at
from orders_platform.lakehouse.backup.replay import Range, Replay
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.replaying import run_replay
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings
from orders_platform_tests.lakehouse.backup.captured import capture
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.lakehouse.filled import Filled
from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.oracle.facts import Row

pytestmark = [pytest.mark.spark, pytest.mark.faults]
Bodies = dict[tuple[int, int], bytes]


def held_by(shop: Shop) -> list[Row]:
    """What a hub holds, by the names of bronze."""
    return [
        {
            "partition": int(each.partition),
            "sequence_number": each.sequence_number,
            "key": each.key,
            "value": each.body,
            "enqueued_at": each.enqueued_at,
        }
        for each in peek(shop.hub, None, count=1_000)
    ]


def bodies(rows: list[Row]) -> Bodies:
    """By position."""
    return {(row["partition"], row["sequence_number"]): row["value"] for row in rows}


def in_bronze(lake: Lake) -> Bodies:
    return bodies(tables.rows(Path(lake.root), ORDER_EVENTS.key))


def replayed(lake: Lake, shop: Shop, place: Path, generation: str = "") -> None:
    """By the verb's own way, over bronze alone."""
    assert shop.server is not None
    settings = Settings.from_env(shop.server.server.client_settings() | {"ORDERS_LAKE": lake.root})
    list(run_replay(lake, Work("replay", tables=(ORDER_EVENTS.key,), capture=str(place), generation=generation), settings))


@pytest.fixture
def shared(filled: Filled) -> list[Row]:
    """What the shared hub holds."""
    return held_by(filled.shop)


@pytest.fixture
def replay(filled: Filled, tmp_path: Path) -> Replay:
    """Of the shared hub's files at `captured`, into whatever lake."""
    return Replay(capture_at(str(tmp_path / "captured"), filled.shop.source.generation, "orders"))


def refused(lake: Lake, replay: Replay) -> str:
    """Why nothing was written."""
    with pytest.raises((PassRefused, InputError)) as fault:
        list(run_pass(lake, replay, pass_id="p", tables={ORDER_EVENTS.key}))
    assert not lake.exists(ORDER_EVENTS) or in_bronze(lake) == {}
    return str(fault.value)


def test_messages_of_another_hub_in_the_container_are_left_alone_and_late_ones_come_from_the_hub(
    lake: Lake, shop: Shop, tmp_path: Path
) -> None:
    """Taken for ours they would stand at the positions of the late ones, which no pass would read again."""
    shop.sells(12)
    rows = held_by(shop)
    place = tmp_path / "captured"
    ends = {number: max(row["sequence_number"] for row in rows if row["partition"] == number) for number in (0, 1)}
    capture([row for row in rows if row["sequence_number"] <= ends[row["partition"]] - 2], place)
    capture([row | {"value": b'{"user":"ana"}', "key": None} for row in rows], place, hub="shop/audit", per_file=100)

    replayed(lake, shop, place, generation=shop.source.generation.upper())
    first = in_bronze(lake)
    list(run_pass(lake, shop.source, pass_id="p", tables={ORDER_EVENTS.key}))

    assert len(first) == len(rows) - 4
    assert in_bronze(lake) == bodies(rows)


def test_files_that_hold_other_bodies_at_the_same_position_are_named_and_nothing_is_written(
    lake: Lake, shared: list[Row], replay: Replay, tmp_path: Path
) -> None:
    [file, *_] = capture(shared, tmp_path / "captured", per_file=100)
    other = capture([row | {"value": b"{}"} for row in shared], tmp_path / "other", per_file=100)
    shutil.copy(other[0], file.with_name("59.avro"))

    said = refused(lake, replay)

    names = [path.relative_to(tmp_path / "captured") for path in (file, file.with_name("59.avro"))]
    assert f"partition 0, position 0: {names[0]} and {names[1]} hold different messages" in said
    assert "ask for the days of one alone by --from and --to" in said


def test_files_of_a_hub_that_was_made_anew_are_refused_together_and_taken_for_the_days_of_one(
    lake: Lake, shared: list[Row], replay: Replay, tmp_path: Path
) -> None:
    """Of the first generation the oldest files are gone; the second has not yet come as far: together they look whole."""
    again = [row | {"sequence_number": row["sequence_number"] + 3} for row in shared if row["partition"] == 0]
    later = [row | {"enqueued_at": row["enqueued_at"] + timedelta(days=2), "value": b"{}"} for row in shared][:3]
    capture(again, tmp_path / "captured", per_file=100)
    [second] = capture(later, tmp_path / "captured", per_file=100)

    said = refused(lake, replay)

    name = second.relative_to(tmp_path / "captured")
    assert f"partition 0: {name} is later by its name than shop/orders/0/" in said
    assert "but holds positions 0 to 2, before" in said
    day = later[0]["enqueued_at"].date()
    [parcel] = replay.kept.parcels(lake.spark, Range(first=day))
    assert dict(parcel.ranges) == {"0": (0, 3)}


def test_files_from_before_the_hub_was_made_are_of_another_generation(
    lake: Lake, shared: list[Row], replay: Replay, tmp_path: Path
) -> None:
    capture([row | {"enqueued_at": row["enqueued_at"] - timedelta(days=400)} for row in shared], tmp_path / "captured")

    said = refused(lake, replay)

    assert "holds messages from before generation orders-" in said
    assert "name that one by --generation" in said


def test_what_bronze_holds_with_another_body_is_named_and_no_row_is_added(
    filled: Filled, shared: list[Row], replay: Replay, tmp_path: Path
) -> None:
    lake = filled.copy(tmp_path / "lake")
    before = in_bronze(lake)
    capture([row | ({"value": b"{}"} if row["sequence_number"] == 1 else {}) for row in shared], tmp_path / "captured")

    with pytest.raises(PassRefused) as fault:
        list(run_pass(lake, replay, pass_id="p", tables={ORDER_EVENTS.key}))

    generation = filled.shop.source.generation
    assert f"bronze has another body at 0:1@{generation}; bronze has another body at 1:1@{generation}." in str(fault.value)
    assert in_bronze(lake) == before
