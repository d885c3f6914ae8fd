"""Events as a Kafka reader gets them: whole, in order, within the limits asked for, and as soon as they come."""

import threading
import time
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.amqp.codec import encode
from orders_platform.emulators.eventhubs.kafka import gather
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform_tests.emulators.eventhubs.kafka.running_face import (
    PATIENCE_S,
    RunningFace,
    an_event,
    connection_string,
    fill,
)
from orders_platform_tests.emulators.eventhubs.kafka.wire_client import FETCH, Cursor, WireClient, Wish, fetch_body, read_fetched

OUT_OF_RANGE, UNKNOWN, NO_SESSION = 1, 3, 70
LONG_MS = 30_000


@pytest.mark.parametrize("version", range(4, 12))
def test_events_come_whole_in_every_version(face: RunningFace, client: WireClient, version: int) -> None:
    """Offset, time, key and body."""
    face.append(an_event(b"one", key="order-1"), an_event(b"two"), now_ms=5_000)
    face.append(an_event("drei ☃".encode(), key="Ördër"), now_ms=5_001)

    fetched = client.fetch(0, Wish(version=version))

    assert (fetched.error, fetched.end, fetched.begin) == (0, 3, 0 if version >= 5 else None)
    seen = [(row.offset, row.time_ms, row.key, row.value) for row in fetched.rows]
    assert seen == [
        (0, 5_000, b"order-1", b"one"),
        (1, 5_000, None, b"two"),
        (2, 5_001, "Ördër".encode(), "drei ☃".encode()),
    ]


@pytest.mark.parametrize("body", [b"", b"\0", bytes(range(256)), b"x" * 255, b"x" * 256, b"x" * 900_000, None])
def test_any_body_comes_byte_for_byte(face: RunningFace, client: WireClient, body: bytes | None) -> None:
    """Empty and null are different things."""
    face.append(an_event(body))

    assert [row.value for row in client.fetch(0).rows] == [body]


def test_a_body_in_parts_comes_in_one(face: RunningFace, client: WireClient) -> None:
    """AMQP allows several data sections."""
    face.append(b"\0\x53\x75\xa0\x02ab" + b"\0\x53\x75\xa0\x01c")

    assert client.fetch(0).rows[0].value == b"abc"


def test_application_properties_come_as_headers_in_amqp_form(face: RunningFace, client: WireClient) -> None:
    """As Azure hands them over: text is not bare text. The partition key is among them."""
    face.append(an_event(key="order-1", properties={"kind": "sale", "größe": 7, "flag": True, "none": None}))

    headers = client.fetch(0).rows[0].headers

    assert headers == [
        ("kind", b"\xa1\x04sale"),
        ("größe", encode(7)),
        ("flag", b"\x41"),
        ("none", b"\x40"),
        ("x-opt-partition-key", b"\xa1\x07order-1"),
    ]


def test_a_text_body_comes_as_utf8(face: RunningFace, client: WireClient) -> None:
    """An AMQP value, which other SDKs may send."""
    face.append(b"\0\x53\x77" + encode("grüße"))

    assert client.fetch(0).rows[0].value == "grüße".encode()


def test_a_batch_has_events_of_one_millisecond_only(face: RunningFace, client: WireClient) -> None:
    """Readers take the batch's time for each event in it."""
    times = [1_000, 1_000, 1_001, 1_002, 1_002, 9_000]
    fill(face, [(now_ms, an_event()) for now_ms in times])

    assert [row.time_ms for row in client.fetch(0).rows] == times


@pytest.mark.parametrize("offset", [0, 1, 3, 4])
def test_reading_starts_at_the_very_offset(face: RunningFace, client: WireClient, offset: int) -> None:
    """Also in the middle of what was sent as one batch."""
    face.append(*(an_event(str(number).encode()) for number in range(5)))

    assert [row.offset for row in client.fetch(offset).rows] == list(range(offset, 5))


def test_all_partitions_asked_for_are_answered(face: RunningFace, client: WireClient) -> None:
    face.append(an_event(b"a"), partition=0)
    face.append(an_event(b"b"), partition=1)

    fetched = client.fetch_all({1: 0, 0: 0, 2: 0})

    assert list(fetched) == [1, 0, 2]
    assert [row.value for part in (1, 0) for row in fetched[part].rows] == [b"b", b"a"]
    assert fetched[2].error == UNKNOWN


@pytest.mark.parametrize("offset", [-1, 4, 1 << 40])
def test_an_offset_outside_the_log_is_an_error_at_once(face: RunningFace, client: WireClient, offset: int) -> None:
    """However long the reader would wait."""
    face.append(an_event(), an_event(), an_event())

    fetched = client.fetch(offset, Wish(wait_ms=LONG_MS))

    assert (fetched.error, fetched.data) == (OUT_OF_RANGE, b"")


def test_an_offset_that_retention_passed_is_an_error(tmp_path: Path) -> None:
    """A reader must learn that it lost events, never be moved on in silence."""
    options = LogOptions(retention_bytes=4_000, segment_bytes=500)
    with RunningFace(tmp_path, options=options) as face, WireClient(face.port) as client:
        fill(face, [(1_000 + number, an_event(bytes(100))) for number in range(100)])
        face.with_hub(lambda hub: hub.partitions[0].expire(2_000))
        client.log_in(connection_string())
        begin = face.with_hub(lambda hub: hub.partitions[0].begin)

        assert client.fetch(begin - 1).error == OUT_OF_RANGE
        assert [row.offset for row in client.fetch(begin).rows] == list(range(begin, 100))
        assert client.fetch(begin).begin == begin


def test_an_unknown_hub_is_an_error(client: WireClient) -> None:
    assert client.fetch(0, Wish(topic="none", wait_ms=LONG_MS)).error == UNKNOWN


def test_a_session_is_refused_when_a_client_asks_to_go_on_with_one(client: WireClient) -> None:
    """None is kept; the client then names all partitions each time."""
    answer = client.ask(FETCH, 11, fetch_body({0: 0}, Wish(session=5)))

    assert (answer.take("i"), answer.take("h"), answer.take("i"), answer.take("i")) == (0, NO_SESSION, 0, 0)


def test_the_answer_is_empty_when_nothing_comes_in_time(client: WireClient) -> None:
    fetched = client.fetch(0, Wish(wait_ms=50))

    assert (fetched.error, fetched.data) == (0, b"")


def test_a_request_for_nothing_is_answered_at_once(client: WireClient) -> None:
    """A consumer sends one when it closes: Spark closes many at a time."""
    assert client.fetch_all({}, Wish(wait_ms=LONG_MS)) == {}


@pytest.mark.parametrize("partition", [0, 1])
def test_a_waiting_reader_gets_an_event_as_it_comes(face: RunningFace, client: WireClient, partition: int) -> None:
    """Long before its time is up, whichever partition it comes to."""
    begun = time.monotonic()
    waiting = threading.Thread(target=wait_until_watched, args=(face, partition))
    waiting.start()

    fetched = client.fetch_all({0: 0, 1: 0}, Wish(wait_ms=LONG_MS))

    waiting.join(PATIENCE_S)
    assert [row.value for row in fetched[partition].rows] == [b"late"]
    assert time.monotonic() - begun < LONG_MS / 1000


def wait_until_watched(face: RunningFace, partition: int) -> None:
    """Append an event once a reader waits for it."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if face.with_hub(lambda hub: bool(hub.partitions[partition]._subscribers)):
            break
    face.append(an_event(b"late"), partition=partition)


def test_a_reader_waits_until_there_are_as_many_bytes_as_it_wants(face: RunningFace, client: WireClient) -> None:
    """Then gets them all in one answer."""
    face.append(an_event(bytes(100)))
    waiting = threading.Thread(target=wait_until_watched, args=(face, 0))
    waiting.start()

    fetched = client.fetch(0, Wish(wait_ms=LONG_MS, least=200))

    waiting.join(PATIENCE_S)
    assert [row.offset for row in fetched.rows] == [0, 1]


def test_a_reader_gets_what_there_is_when_its_time_is_up(face: RunningFace, client: WireClient) -> None:
    face.append(an_event(bytes(100)))

    fetched = client.fetch(0, Wish(wait_ms=50, least=10_000))

    assert [row.offset for row in fetched.rows] == [0]


def test_nobody_is_left_watching_when_a_reader_is_served(face: RunningFace, client: WireClient) -> None:
    """Else the log would call more of them with every request."""
    client.fetch(0, Wish(wait_ms=1))
    face.append(an_event())
    client.fetch(0)
    client.fetch(99)

    assert face.with_hub(lambda hub: [len(log._subscribers) for log in hub.partitions]) == [0, 0]


@pytest.mark.parametrize("most", [0, 1, 300, 1_000, 4_000, 100_000])
def test_no_more_bytes_come_than_asked_for_except_one_event(face: RunningFace, client: WireClient, most: int) -> None:
    """The first event always comes, or a reader with a small limit would stand still; and reading on misses none."""
    fill(face, [(1_000 + number // 7, an_event(bytes(200))) for number in range(100)])
    seen: list[int] = []
    for _ in range(100):
        fetched = client.fetch(len(seen), Wish(most_each=most))
        assert len(fetched.data) <= most or len(fetched.rows) == 1
        seen += [row.offset for row in fetched.rows]

    assert seen == list(range(100))


def test_the_limit_of_an_answer_holds_over_all_partitions(face: RunningFace, client: WireClient) -> None:
    for partition in (0, 1):
        face.append(*(an_event(bytes(200)) for _ in range(50)), partition=partition)

    fetched = client.fetch_all({0: 0, 1: 0}, Wish(most=15_000))

    assert len(fetched[0].rows) == 50
    assert 0 < len(fetched[1].rows) < 50
    assert sum(len(part.data) for part in fetched.values()) <= 15_000


@pytest.mark.parametrize("spread_ms", [0, 1])
def test_an_event_bigger_than_the_limit_waits_for_its_turn(face: RunningFace, client: WireClient, spread_ms: int) -> None:
    """It comes alone, the one before it is not held back, and the one behind it does not pass it by."""
    bodies = [b"small", bytes(5_000), b"small"]
    fill(face, [(1_000 + spread_ms * number, an_event(body)) for number, body in enumerate(bodies)])

    asked = [client.fetch(offset, Wish(most_each=1_000)).rows for offset in range(3)]

    assert [[row.offset for row in rows] for rows in asked] == [[0], [1], [2]]


def test_an_answer_is_capped_when_a_reader_asks_for_everything(face: RunningFace, client: WireClient) -> None:
    """One reader may not hold the other face up."""
    for _ in range(4):
        face.append(*(an_event(bytes(900_000)) for _ in range(4)))

    fetched = client.fetch(0, Wish(most=2**31 - 1, most_each=2**31 - 1))

    assert 0 < len(fetched.data) <= gather.MOST_BYTES
    assert [row.offset for row in fetched.rows] == list(range(len(fetched.rows)))


def test_a_damaged_event_comes_as_it_is_and_holds_nothing_up(face: RunningFace, client: WireClient) -> None:
    """Whoever reads on can put it aside; a reader that is stuck cannot."""
    damaged = b"\0\x53\x75\xa0\x01x" + b"\0\x53\x74\xa1\x03abc"
    face.append(an_event(b"before"), damaged, an_event(b"after"))

    rows = client.fetch(0).rows

    assert [row.value for row in (rows[0], rows[2])] == [b"before", b"after"]
    assert rows[1].value is not None
    assert rows[1].value.endswith(damaged)


def test_requests_are_answered_in_order_when_sent_at_once(face: RunningFace, client: WireClient) -> None:
    """Clients do not wait for one answer before the next request."""
    face.append(*(an_event(str(number).encode()) for number in range(3)))
    for number in range(3):
        client.send_frame(FETCH.to_bytes(2) + (11).to_bytes(2) + number.to_bytes(4) + b"\xff\xff" + fetch_body({0: number}))

    for number in range(3):
        answer = Cursor(client.receive_frame())
        assert answer.take("i") == number
        assert read_fetched(answer)[0].rows[0].offset == number


def test_a_wait_ends_when_the_reader_asks_for_something_else(client: WireClient) -> None:
    """Spark asks for the end of a partition while its consumer waits there for more."""
    begun = time.monotonic()
    client.send_frame(FETCH.to_bytes(2) + (11).to_bytes(2) + bytes(4) + b"\xff\xff" + fetch_body({0: 0}, Wish(wait_ms=LONG_MS)))
    client.send_frame((18).to_bytes(2) + (0).to_bytes(2) + (1).to_bytes(4) + b"\xff\xff")

    answers = [Cursor(client.receive_frame()).take("i") for _ in range(2)]

    assert answers == [0, 1]
    assert time.monotonic() - begun < LONG_MS / 1000


def test_nobody_is_left_watching_when_a_reader_leaves_in_its_wait(face: RunningFace, client: WireClient) -> None:
    client.send_frame(FETCH.to_bytes(2) + (11).to_bytes(2) + bytes(4) + b"\xff\xff" + fetch_body({0: 0}, Wish(wait_ms=LONG_MS)))
    wait_for_watchers(face, 1)

    client.socket.close()

    wait_for_watchers(face, 0)


def wait_for_watchers(face: RunningFace, count: int) -> None:
    """Until so many readers wait at partition 0."""
    deadline = time.monotonic() + PATIENCE_S
    while face.with_hub(lambda hub: len(hub.partitions[0]._subscribers)) != count:
        assert time.monotonic() < deadline
