"""A hub whose files are damaged: it refuses to start, and a repair keeps each whole record and deletes nothing."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orders_platform.cli import app
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.emulators.eventhubs.repair import Mended, repair_hubs
from orders_platform.errors import EnvironmentFault, InputError
from orders_platform_tests.emulators.eventhubs.a_killed_hub import (
    EVENTS,
    ONE_FILE,
    SMALL,
    Damage,
    every_file,
    flip,
    held,
    killed,
    opened,
    partition,
    segments,
)
from orders_platform_tests.emulators.eventhubs.an_event import numbers

pytestmark = pytest.mark.faults


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
