"""Begin, end, and the first event at or after a time."""

import struct

import pytest

from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform_tests.emulators.eventhubs.kafka.running_face import RunningFace, an_event, connection_string, fill
from orders_platform_tests.emulators.eventhubs.kafka.wire_client import LIST_OFFSETS, WireClient, list_offsets_body

LATEST, EARLIEST = -1, -2
UNKNOWN, INVALID = 3, 42
TIMES = [1_000, 1_000, 2_000, 2_000, 2_000, 3_000]


@pytest.mark.parametrize("version", range(1, 6))
def test_begin_and_end_are_told_in_every_version(face: RunningFace, client: WireClient, version: int) -> None:
    face.append(an_event(), an_event(), an_event())

    assert client.list_offset(EARLIEST, version=version) == (0, -1, 0)
    assert client.list_offset(LATEST, version=version) == (0, -1, 3)


def test_an_empty_partition_begins_where_it_ends(client: WireClient) -> None:
    assert client.list_offset(EARLIEST)[2] == client.list_offset(LATEST)[2] == 0
    assert client.list_offset(0) == (0, -1, -1)


@pytest.mark.parametrize(
    ("time_ms", "found"),
    [(0, (1_000, 0)), (1_000, (1_000, 0)), (1_001, (2_000, 2)), (2_000, (2_000, 2)), (2_999, (3_000, 5)), (3_000, (3_000, 5))],
)
def test_a_time_finds_the_first_event_not_before_it(
    face: RunningFace, client: WireClient, time_ms: int, found: tuple[int, int]
) -> None:
    """Also among events of the same millisecond."""
    fill(face, [(now_ms, an_event()) for now_ms in TIMES])

    assert client.list_offset(time_ms) == (0, *found)


def test_a_time_after_the_last_event_finds_none(face: RunningFace, client: WireClient) -> None:
    """Spark then starts at the end, or refuses, as its option says."""
    fill(face, [(now_ms, an_event()) for now_ms in TIMES])

    assert client.list_offset(3_001) == (0, -1, -1)


def test_times_agree_with_those_that_readers_see(face: RunningFace, client: WireClient) -> None:
    """For any time, the events from the offset found are just those whose own time is not before it.

    Readers take a batch's time for all its events: a batch over several times would break this.
    """
    times = [1_000 + 7 * (number // 3) for number in range(60)]
    fill(face, [(now_ms, an_event()) for now_ms in times])
    rows = client.fetch(0).rows

    for time_ms in range(990, times[-1] + 1):
        _, _, offset = client.list_offset(time_ms)
        assert [row.offset for row in rows if row.offset >= offset] == [row.offset for row in rows if row.time_ms >= time_ms]


def test_begin_moves_on_when_retention_drops_events(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A time before it finds the oldest event that is left."""
    options = LogOptions(retention_bytes=4_000, segment_bytes=500)
    with RunningFace(tmp_path_factory.mktemp("hub"), options=options) as face, WireClient(face.port) as client:
        fill(face, [(1_000 + number, an_event(bytes(100))) for number in range(100)])
        face.with_hub(lambda hub: hub.partitions[0].expire(2_000))
        client.log_in(connection_string())

        _, _, begin = client.list_offset(EARLIEST)

        assert 0 < begin < 100
        assert client.list_offset(LATEST)[2] == 100
        assert client.list_offset(0) == (0, 1_000 + begin, begin)


@pytest.mark.parametrize(("topic", "partition"), [("none", 0), ("orders", 2), ("orders", -1)])
def test_what_is_not_there_is_an_error(client: WireClient, topic: str, partition: int) -> None:
    assert client.list_offset(LATEST, topic=topic, partition=partition) == (UNKNOWN, -1, -1)


def test_a_time_of_unknown_meaning_is_refused(client: WireClient) -> None:
    """Below -2 later versions have meanings that these lack."""
    assert client.list_offset(-3) == (INVALID, -1, -1)


def test_partitions_are_answered_in_the_order_asked(face: RunningFace, client: WireClient) -> None:
    face.append(an_event(), partition=1)
    both = list_offsets_body(5, "orders", partition=1, time_ms=LATEST)[:-16]
    both = both[:-4] + struct.pack(">i", 2) + struct.pack(">iiq", 1, -1, LATEST) + struct.pack(">iiq", 0, -1, LATEST)

    answer = client.ask(LIST_OFFSETS, 5, both)

    answer.take("i"), answer.take("i"), answer.string()
    found = [
        (answer.take("i"), answer.take("h"), answer.take("q"), answer.take("q"), answer.take("i"))
        for _ in range(answer.take("i"))
    ]
    assert [(partition, offset) for partition, _, _, offset, _ in found] == [(1, 1), (0, 0)]
