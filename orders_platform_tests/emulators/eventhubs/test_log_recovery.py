"""What the log makes of a file that a dying machine left behind."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_platform.emulators.eventhubs.log import LogOptions, PartitionLog
from orders_platform.errors import EnvironmentFault
from orders_platform_tests.emulators.eventhubs.an_event import append, contents, numbers

pytestmark = pytest.mark.faults

SMALL = LogOptions(segment_bytes=400)


def last_segment(directory: Path) -> Path:
    return max(directory.glob("*.log"))


def filled(directory: Path, options: LogOptions, count: int) -> None:
    log = PartitionLog(directory, options)
    for content in numbers(range(count)):
        append(log, content)
    log.close()


def test_tail_torn_at_any_byte_costs_the_last_record_alone(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    filled(whole, LogOptions(), 2)
    end = last_segment(whole).stat().st_size
    filled(whole, LogOptions(), 1)
    full = last_segment(whole).read_bytes()

    for size in range(end, len(full)):
        last_segment(whole).write_bytes(full[:size])
        log = PartitionLog(whole, LogOptions())
        assert contents(log) == [b"0", b"1"]
        assert append(log, b"new") == 2
        log.close()
        again = PartitionLog(whole, LogOptions())
        assert contents(again) == [b"0", b"1", b"new"]
        again.close()


def test_any_flipped_byte_of_the_last_record_is_noticed(tmp_path: Path) -> None:
    filled(tmp_path, LogOptions(), 1)
    start = last_segment(tmp_path).stat().st_size
    filled(tmp_path, LogOptions(), 1)
    full = last_segment(tmp_path).read_bytes()

    for place in range(start, len(full)):
        damaged = bytearray(full)
        damaged[place] ^= 0x40
        last_segment(tmp_path).write_bytes(damaged)
        log = PartitionLog(tmp_path, LogOptions())
        assert contents(log) == [b"0"], place
        log.close()


def test_a_damaged_record_with_whole_ones_behind_it_is_an_error_and_nothing_is_cut_off(tmp_path: Path) -> None:
    filled(tmp_path, LogOptions(), 1)
    second = last_segment(tmp_path).stat().st_size
    filled(tmp_path, LogOptions(), 3)
    damaged = bytearray(last_segment(tmp_path).read_bytes())
    damaged[second + 20] ^= 0x40
    last_segment(tmp_path).write_bytes(damaged)

    with pytest.raises(EnvironmentFault, match="damaged at sequence number 1, and 2 whole records stand behind"):
        PartitionLog(tmp_path, LogOptions())

    assert last_segment(tmp_path).read_bytes() == damaged


def test_tail_of_zeros_is_cut_off(tmp_path: Path) -> None:
    filled(tmp_path, LogOptions(), 3)
    with last_segment(tmp_path).open("ab") as file:
        file.write(bytes(4_096))

    assert contents(PartitionLog(tmp_path, LogOptions())) == numbers(range(3))


def test_segment_that_was_being_made_is_forgotten(tmp_path: Path) -> None:
    filled(tmp_path, SMALL, 20)
    (tmp_path / f"{99:020d}.new").write_bytes(b"OPH")

    log = PartitionLog(tmp_path, SMALL)

    assert contents(log) == numbers(range(20))
    assert list(tmp_path.glob("*.new")) == []


def test_damage_before_the_last_segment_is_an_error_and_no_silent_gap(tmp_path: Path) -> None:
    filled(tmp_path, SMALL, 20)
    middle = sorted(tmp_path.glob("*.log"))[1]
    middle.write_bytes(middle.read_bytes()[:-1])

    with pytest.raises(EnvironmentFault, match=r"damaged after sequence number \d+.*restore it"):
        PartitionLog(tmp_path, SMALL)


def test_file_of_someone_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / f"{0:020d}.log").write_bytes(b"something else entirely, but long enough for a header")

    with pytest.raises(EnvironmentFault, match="is no log of this hub"):
        PartitionLog(tmp_path, SMALL)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 4)),
        st.tuples(st.just("tear"), st.integers(1, 200)),
        st.tuples(st.just("expire"), st.integers(0, 400)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_log_holds_what_a_list_would_hold_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    directory = tmp_path_factory.mktemp("log")
    options = LogOptions(segment_bytes=300, retention_ms=1_000)
    log, begin, now_ms = PartitionLog(directory, options), 0, 0
    expected: list[bytes] = []
    for number, (step, amount) in enumerate(steps):
        now_ms += 50
        if step == "append":
            added = [f"{number}/{part}".encode() for part in range(amount)]
            assert append(log, *added, now_ms=now_ms) == len(expected)
            expected += added
        elif step == "expire":
            now_ms += amount
            log.expire(now_ms)
            begin = log.begin
        else:
            log.close()
            if step == "tear":
                torn = last_segment(directory)
                # the header was whole before the segment got its name
                torn.write_bytes(torn.read_bytes()[: max(40, torn.stat().st_size - amount)])
            log = PartitionLog(directory, options)
            expected = expected[: log.next]

        assert (log.begin, log.next) == (begin, len(expected))
        assert contents(log, log.begin) == expected[begin:]
    log.close()
    shutil.rmtree(directory)
