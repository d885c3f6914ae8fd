"""The log of a partition: what it keeps, what it drops, and that it says so."""

from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.amqp.codec import decode
from orders_platform.emulators.eventhubs.amqp.types import MalformedDataError, Symbol
from orders_platform.emulators.eventhubs.log import LogOptions, PartitionLog
from orders_platform.emulators.eventhubs.message import MESSAGE_ANNOTATIONS, sections
from orders_platform_tests.emulators.eventhubs.an_event import an_event, append, contents, numbers

SMALL = LogOptions(segment_bytes=400)


def annotations(message: bytes) -> object:
    return next(decode(message, section.value)[0] for section in sections(message) if section.code == MESSAGE_ANNOTATIONS)


def test_new_log_is_empty(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions())

    assert (log.begin, log.next, log.is_empty) == (0, 0, True)
    assert (log.last_sequence, log.last_offset, log.last_ms) == (-1, -1, 0)
    assert log.read(0, max_count=10, max_bytes=1_000) == []


def test_records_are_numbered_and_carry_their_place(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions())
    append(log, b"a", b"b", now_ms=5)
    first = append(log, b"c", now_ms=6)

    records = log.read(0, max_count=10, max_bytes=10_000)

    assert first == 2
    assert [(record.sequence, record.enqueued_ms) for record in records] == [(0, 5), (1, 5), (2, 6)]
    assert annotations(records[2].message) == {
        "x-opt-sequence-number": 2,
        "x-opt-offset": str(records[2].offset),
        "x-opt-enqueued-time": 6,
    }
    assert records[2].offset == log.last_offset > records[1].offset > records[0].offset == 0


def test_place_given_by_a_producer_is_replaced_and_its_other_annotations_are_kept(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions())
    foreign: dict[Symbol, object] = {
        Symbol("x-opt-offset"): "77",
        Symbol("x-opt-partition-key"): "k",
        Symbol("x-opt-sequence-number"): 9,
    }

    log.append([an_event(annotations=foreign)], 5)

    stored = annotations(log.read(0, max_count=1, max_bytes=1)[0].message)
    assert stored == {
        "x-opt-partition-key": "k",
        "x-opt-sequence-number": 0,
        "x-opt-offset": "0",
        "x-opt-enqueued-time": 5,
    }


def test_enqueued_time_never_goes_back_not_even_over_a_restart(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions(retention_ms=10))
    append(log, b"a", now_ms=100)
    log.expire(now_ms=1_000)
    log.close()
    again = PartitionLog(tmp_path, LogOptions())

    append(again, b"b", now_ms=50)

    assert again.last_ms == 100


def test_reading_heeds_both_limits_but_gives_at_least_one(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions())
    append(log, *[b"x" * 100] * 10)

    assert len(log.read(0, max_count=4, max_bytes=100_000)) == 4
    assert len(log.read(0, max_count=10, max_bytes=1)) == 1
    assert 1 < len(log.read(0, max_count=10, max_bytes=700)) < 10
    assert log.read(0, max_count=0, max_bytes=700) == []


def test_segments_join_without_a_seam(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, SMALL)
    for content in numbers(range(40)):
        append(log, content)
    log.close()

    again = PartitionLog(tmp_path, SMALL)

    assert len(list(tmp_path.iterdir())) > 3
    assert contents(again) == numbers(range(40))
    offsets = [record.offset for start in range(40) for record in again.read(start, max_count=1, max_bytes=1)]
    assert offsets == sorted(set(offsets))
    assert [again.first_from_offset(offset) for offset in offsets] == list(range(40))


def test_time_finds_the_first_record_at_it_or_later(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, SMALL)
    for number in range(40):
        append(log, b"x", now_ms=10 * number)

    assert log.first_at_or_after(0) == 0
    assert log.first_at_or_after(150) == 15
    assert log.first_at_or_after(151) == 16
    assert log.first_at_or_after(391) is None


def test_retention_by_size_drops_whole_segments_and_begin_survives_a_restart(tmp_path: Path) -> None:
    options = LogOptions(retention_bytes=2_000)
    log = PartitionLog(tmp_path, options)
    for content in numbers(range(200)):
        append(log, content)
    log.expire(now_ms=1_000)
    begin = log.begin
    log.close()

    again = PartitionLog(tmp_path, options)

    assert 0 < begin == again.begin
    assert again.size <= 2_000
    assert contents(again) == numbers(range(begin, 200))


def test_retention_by_time_may_drop_all_and_numbers_go_on(tmp_path: Path) -> None:
    options = LogOptions(retention_ms=1_000)
    log = PartitionLog(tmp_path, options)
    append(log, b"a", b"b", now_ms=0)
    last_offset = log.last_offset
    log.expire(now_ms=5_000)
    log.close()

    again = PartitionLog(tmp_path, options)

    assert (again.begin, again.next, again.is_empty) == (2, 2, True)
    assert (again.last_sequence, again.last_offset) == (1, last_offset)
    assert append(again, b"c", now_ms=5_001) == 2
    assert contents(again) == [b"c"]


def test_retention_keeps_what_is_young(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions(retention_ms=1_000))
    append(log, b"a", now_ms=0)
    log.expire(now_ms=1_000)

    assert contents(log) == [b"a"]


def test_subscribers_hear_of_every_append_until_they_leave(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions())
    heard: list[int] = []

    def listen() -> None:
        heard.append(log.next)

    log.subscribe(listen)
    append(log, b"a")
    append(log, b"b", b"c")
    log.unsubscribe(listen)
    log.unsubscribe(listen)
    append(log, b"d")

    assert heard == [1, 3]


def test_batch_with_a_broken_message_is_refused_whole(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions())

    with pytest.raises(MalformedDataError):
        log.append([an_event(b"good"), an_event(b"cut short")[:-3]], 1)

    assert log.is_empty


def test_cut_tail_loses_the_newest_and_numbers_are_given_again(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, SMALL)
    for content in numbers(range(20)):
        append(log, content)

    log.cut_tail(15)

    assert contents(log) == numbers(range(5))
    assert append(log, b"again") == 5


def test_fsync_puts_every_append_on_the_disk(tmp_path: Path) -> None:
    log = PartitionLog(tmp_path, LogOptions(fsync=True))

    append(log, b"a")

    assert contents(log) == [b"a"]
