"""A hub whose machine died, or whose files were damaged: no position is given out twice in a generation, nothing is deleted."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orders_platform.cli import app
from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.hub import Hubs
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.emulators.eventhubs.repair import Mended, repair_hubs
from orders_platform.errors import EnvironmentFault, InputError
from orders_platform_tests.emulators.eventhubs.an_event import append, contents, numbers

pytestmark = pytest.mark.faults

BOOT, OTHER_BOOT = "boot", "another boot"
SMALL = LogOptions(segment_bytes=400)
EVENTS = 12
Damage = Callable[[Path], None]


def opened(data: Path, *, now_ms: int = 2_000, boot: str = BOOT, partitions: int = 1, options: LogOptions = SMALL) -> Hubs:
    """The hub of a data directory, as a process has it."""
    return Hubs.open(data, [HubConfig("orders", partitions)], options=options, now_ms=now_ms, boot=boot)


def killed(tmp_path: Path, events: int = EVENTS, *, options: LogOptions = SMALL) -> Path:
    """What a process leaves behind that is killed once it has acknowledged so many events, each in a batch of its own."""
    hubs = opened(tmp_path / "alive", now_ms=1_000, options=options)
    for number in numbers(range(events)):
        append(hubs["orders"].partitions[0], number)
    # the kernel keeps all that was written, so a copy is what the next process finds
    shutil.copytree(tmp_path / "alive", tmp_path / "data")
    hubs.close()
    return tmp_path / "data"


def partition(data: Path) -> Path:
    """The folder of the only partition."""
    return data / "hubs" / "orders" / "0"


def segments(data: Path) -> list[Path]:
    """The files of its log."""
    return sorted(partition(data).glob("*.log"))


def flip(path: Path, place: int) -> None:
    """Damage one byte."""
    content = bytearray(path.read_bytes())
    content[place] ^= 0x40
    path.write_bytes(content)


def held(data: Path, *, now_ms: int = 2_000, partitions: int = 1) -> tuple[int, list[bytes], str]:
    """Generation, events and notice of the hub, opened once more."""
    hubs = opened(data, now_ms=now_ms, partitions=partitions)
    hub = hubs["orders"]
    found = hub.created_ms, contents(hub.partitions[0], hub.partitions[0].begin), hub.notice
    hubs.close()
    return found


def cut_the_last_record(data: Path) -> None:
    segments(data)[-1].write_bytes(segments(data)[-1].read_bytes()[:-3])


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


def damage_a_record(data: Path) -> None:
    """Of the last file, whole records behind it."""
    [only] = segments(data)
    flip(only, 300)


def damage_a_middle_file(data: Path) -> None:
    flip(segments(data)[1], -3)


def delete_a_middle_file(data: Path) -> None:
    segments(data)[1].unlink()


def empty_the_last_file(data: Path) -> None:
    segments(data)[-1].write_bytes(b"")


def damage_the_first_page(data: Path) -> None:
    """The file's beginning, and the records in it."""
    content = segments(data)[0].read_bytes()
    segments(data)[0].write_bytes(bytes(300) + content[300:])


def damage_the_number_in_a_beginning(data: Path) -> None:
    flip(segments(data)[-1], 14)


def damage_the_offset_in_a_beginning(data: Path) -> None:
    flip(segments(data)[-1], 22)


def damage_what_the_hub_says(data: Path) -> None:
    (data / "hubs" / "orders" / "hub.json").write_text("{")


def delete_what_the_hub_says(data: Path) -> None:
    (data / "hubs" / "orders" / "hub.json").unlink()


ONE_FILE = LogOptions()


@pytest.mark.parametrize(
    ("damage", "options", "said"),
    [
        (damage_a_record, ONE_FILE, r"log is damaged at sequence number 2, and 9 whole records stand behind that"),
        (damage_the_first_page, ONE_FILE, r"or its beginning is damaged"),
        (damage_a_middle_file, SMALL, r"is damaged after sequence number \d"),
        (delete_a_middle_file, SMALL, r"is damaged after sequence number \d.*or files are missing"),
        (empty_the_last_file, SMALL, r"or its beginning is damaged"),
        (damage_the_number_in_a_beginning, SMALL, r"or its beginning is damaged"),
        (damage_the_offset_in_a_beginning, SMALL, r"or its beginning is damaged"),
        (damage_what_the_hub_says, SMALL, r"hub\.json is damaged"),
        (delete_what_the_hub_says, SMALL, r"hub\.json is missing"),
    ],
)
def test_damage_before_whole_records_is_refused_and_a_repair_keeps_each_whole_record(
    tmp_path: Path, damage: Damage, options: LogOptions, said: str
) -> None:
    data = killed(tmp_path, options=options)
    damage(data)
    before = every_file(data)

    with pytest.raises(EnvironmentFault, match=said + r".*: restore it, or run `orders-platform hub repair --data"):
        opened(data)
    refused = every_file(data)
    mended = repair_hubs(data, 3_000)
    created_ms, events, notice = held(data, now_ms=4_000)

    assert refused == before
    assert (created_ms, notice) == (3_000, "")
    # in their order, none twice, and none but those in the damaged part is missing
    assert [number for number in numbers(range(EVENTS)) if number in events] == events
    assert sum(each.missing for each in mended) == EVENTS - len(events) < 5
    assert set(before.values()) <= set(every_file(data).values()) | {b"{"} | acknowledged(before)
    assert repair_hubs(data, 5_000) == []


def every_file(data: Path) -> dict[str, bytes]:
    """All that is kept, whatever it is called; the lock aside."""
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file() and path.name != "lock"}


def acknowledged(files: dict[str, bytes]) -> set[bytes]:
    """What changes whenever a hub is opened."""
    return {content for name, content in files.items() if name.endswith(("acknowledged", "hub.json"))}


@pytest.mark.parametrize("options", [ONE_FILE, SMALL], ids=["one file", "several"])
def test_whatever_byte_is_damaged_no_other_record_is_lost_and_no_position_means_another_event(
    tmp_path: Path, options: LogOptions
) -> None:
    whole = killed(tmp_path, 6, options=options)
    files = segments(whole)
    places = [(path, place) for path in files for place in range(path.stat().st_size)]
    for path, place in places[::23]:
        data = tmp_path / "damaged"
        shutil.copytree(whole, data)
        flip(data / path.relative_to(whole), place)
        try:
            created_ms, events, _ = held(data)
        except EnvironmentFault:
            repair_hubs(data, 3_000)
            created_ms, events, _ = held(data)

        all_of_them = numbers(range(6))
        # some bytes of a file's beginning only repeat what the file before it tells
        assert created_ms > 1_000 or events == all_of_them, (path.name, place)
        assert [number for number in all_of_them if number in events] == events, (path.name, place)
        assert len(events) >= 5, (path.name, place)
        shutil.rmtree(data)


def test_a_repair_that_was_cut_off_comes_to_its_end(tmp_path: Path) -> None:
    data = killed(tmp_path, options=ONE_FILE)
    damage_a_record(data)
    [mended] = repair_hubs(data, 3_000)
    # killed when the damaged partition had been set aside
    partition(data).rename(partition(data).with_name("0.repaired"))

    with pytest.raises(EnvironmentFault, match=r"a repair of .* was cut off.*hub repair"):
        opened(data)
    assert repair_hubs(data, 4_000) == [mended]
    assert len(held(data)[1]) == EVENTS - 1


def test_a_repair_that_was_cut_off_earlier_is_made_anew(tmp_path: Path) -> None:
    data = killed(tmp_path, options=ONE_FILE)
    damage_a_record(data)
    (partition(data).with_name("0.repaired")).mkdir()

    [mended] = repair_hubs(data, 4_000)

    assert (mended.kept, mended.missing) == (EVENTS - 1, 1)
    assert held(data)[0] == 4_000


def test_a_repair_beside_a_running_hub_is_refused(tmp_path: Path) -> None:
    hubs = opened(tmp_path / "data")

    with pytest.raises(EnvironmentFault, match="another hub process uses"):
        repair_hubs(tmp_path / "data", 3_000)

    hubs.close()


def test_a_repair_where_no_hub_is_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no hub: give the --data"):
        repair_hubs(tmp_path / "nowhere", 3_000)


def test_data_that_was_put_back_from_an_older_copy_begins_a_generation_when_it_is_asked_for(tmp_path: Path) -> None:
    data = killed(tmp_path)
    files = every_file(data)

    assert repair_hubs(data, 3_000, begins_anew=True) == []

    assert held(data) == (3_000, numbers(range(EVENTS)), "")
    assert {content for content in files.values() if content.startswith(b"OPHUB")} <= set(every_file(data).values())


def test_the_verb_tells_what_was_kept_and_what_was_set_aside(tmp_path: Path) -> None:
    data = killed(tmp_path, options=ONE_FILE)
    damage_a_record(data)
    shutil.copytree(data, tmp_path / "copy")

    told = CliRunner().invoke(app, ["hub", "repair", "--data", str(data), "--json"])
    people = CliRunner().invoke(app, ["hub", "repair", "--data", str(tmp_path / "copy")]).output
    again = CliRunner().invoke(app, ["hub", "repair", "--data", str(data)]).output

    [mended] = json.loads(told.output)
    assert Mended(**mended) == Mended("orders", "0", EVENTS - 1, 1, mended["set_aside"])
    assert (Path(mended["set_aside"]) / f"{0:020d}.log").is_file()
    assert f"hub orders, partition 0: {EVENTS - 1} events kept, 1 missing; set aside: {tmp_path / 'copy'}" in people
    assert again == "Nothing is damaged, and nothing was changed.\n"
