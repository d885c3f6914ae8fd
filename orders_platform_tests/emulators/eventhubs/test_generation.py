"""A hub whose machine died, or whose log lost its end: no position is given out twice in a generation, nothing is deleted."""

import shutil
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform_tests.emulators.eventhubs.a_killed_hub import (
    EVENTS,
    OTHER_BOOT,
    Damage,
    cut_the_last_record,
    flip,
    held,
    killed,
    opened,
    partition,
    segments,
)
from orders_platform_tests.emulators.eventhubs.an_event import contents, numbers

pytestmark = pytest.mark.faults


def flip_a_bit_of_the_last_record(data: Path) -> None:
    flip(segments(data)[-1], -3)


def delete_the_last_file(data: Path) -> None:
    segments(data)[-1].unlink()


def delete_all_files(data: Path) -> None:
    for path in segments(data):
        path.unlink()


def delete_the_partition(data: Path) -> None:
    shutil.rmtree(partition(data))


def forget_the_acknowledged_end(data: Path) -> None:
    (partition(data) / "acknowledged").unlink()


def damage_the_acknowledged_end(data: Path) -> None:
    flip(partition(data) / "acknowledged", 7)


def test_a_killed_process_leaves_the_hub_as_it_was(tmp_path: Path) -> None:
    assert held(killed(tmp_path)) == (1_000, numbers(range(EVENTS)), "")


def test_what_a_killed_process_had_begun_to_write_is_no_loss(tmp_path: Path) -> None:
    """Its producer had no answer, and sends it again."""
    data = killed(tmp_path)
    with segments(data)[-1].open("ab") as file:
        file.write(segments(data)[0].read_bytes()[40:70])

    assert held(data) == (1_000, numbers(range(EVENTS)), "")
    assert list(partition(data).glob("*cut-off*")) == []


@pytest.mark.parametrize(
    ("damage", "left"),
    [
        (cut_the_last_record, 11),
        (flip_a_bit_of_the_last_record, 11),
        (delete_the_last_file, None),
        (delete_all_files, 0),
        (delete_the_partition, 0),
        (forget_the_acknowledged_end, 12),
        (damage_the_acknowledged_end, 12),
    ],
)
def test_a_log_that_lacks_what_was_acknowledged_or_cannot_tell_begins_a_generation(
    tmp_path: Path, damage: Damage, left: int | None
) -> None:
    """All that it still has is kept, under the new one."""
    data = killed(tmp_path)
    damage(data)

    created_ms, events, notice = held(data)
    again = held(data)

    assert created_ms == 2_000
    assert events == numbers(range(EVENTS))[: len(events)]
    assert len(events) == left or (left is None and 0 < len(events) < EVENTS)
    assert "hub orders begins a new generation: partition 0 " in notice
    assert f"The {len(events)} events that it holds are kept" in notice
    assert again == (created_ms, events, "")


def test_the_bytes_of_a_lost_tail_are_kept_in_a_file_of_their_own(tmp_path: Path) -> None:
    data = killed(tmp_path)
    before = segments(data)[-1].read_bytes()
    flip_a_bit_of_the_last_record(data)
    flipped = segments(data)[-1].read_bytes()

    held(data)

    [aside] = partition(data).glob("*cut-off-at-11*")
    assert segments(data)[-1].read_bytes() + aside.read_bytes() == flipped != before


def test_the_new_generation_is_later_than_the_old_one_though_the_clock_went_back(tmp_path: Path) -> None:
    data = killed(tmp_path)
    cut_the_last_record(data)

    created_ms, _, _ = held(data, now_ms=5)

    assert created_ms == 1_001


def test_whoever_is_killed_while_a_generation_begins_finds_the_loss_again(tmp_path: Path) -> None:
    """The log has been cut by then, and the hub does not say so yet."""
    data = killed(tmp_path)
    facts = (data / "hubs" / "orders" / "hub.json").read_bytes()
    end = (partition(data) / "acknowledged").read_bytes()
    cut_the_last_record(data)
    held(data)
    (data / "hubs" / "orders" / "hub.json").write_bytes(facts)
    (partition(data) / "acknowledged").write_bytes(end)

    created_ms, events, _ = held(data, now_ms=3_000)

    assert (created_ms, events) == (3_000, numbers(range(EVENTS - 1)))


def test_a_machine_that_died_may_have_taken_events_with_it(tmp_path: Path) -> None:
    """Where the disk holds less than was acknowledged, the number that says so may be as old as the log."""
    data = killed(tmp_path)
    hubs = opened(data, boot=OTHER_BOOT)

    assert hubs["orders"].created_ms == 2_000
    assert contents(hubs["orders"].partitions[0]) == numbers(range(EVENTS))
    assert "before this machine was started anew" in hubs.notices[0]
    hubs.close()


def test_a_hub_that_waits_for_the_disk_outlives_its_machine(tmp_path: Path) -> None:
    data = killed(tmp_path, options=LogOptions(fsync=True))
    hubs = opened(data, boot=OTHER_BOOT)

    assert (hubs["orders"].created_ms, hubs.notices) == (1_000, [])
    hubs.close()


def test_a_hub_that_was_closed_outlives_its_machine(tmp_path: Path) -> None:
    data = killed(tmp_path)
    held(data)
    hubs = opened(data, boot=OTHER_BOOT)

    assert (hubs["orders"].created_ms, hubs.notices) == (1_000, [])
    hubs.close()


def test_a_hub_that_was_closed_and_then_lost_its_tail_begins_a_generation(tmp_path: Path) -> None:
    data = killed(tmp_path)
    held(data)
    cut_the_last_record(data)

    assert held(data)[:2] == (2_000, numbers(range(EVENTS - 1)))


def test_a_hub_of_an_earlier_version_is_taken_as_it_stands(tmp_path: Path) -> None:
    data = killed(tmp_path)
    (data / "hubs" / "orders" / "hub.json").write_text('{"created_ms": 7, "partitions": 1}')
    forget_the_acknowledged_end(data)

    assert held(data) == (7, numbers(range(EVENTS)), "")


def test_partitions_that_are_added_are_no_loss(tmp_path: Path) -> None:
    data = killed(tmp_path)

    assert held(data, partitions=3) == (1_000, numbers(range(EVENTS)), "")
