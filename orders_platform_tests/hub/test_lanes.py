"""One try to send to a real hub: what became of each message, and what a fault does not touch."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.in_thread import ServerInThread
from orders_platform.errors import HubError
from orders_platform.hub.lanes import Lanes, Outcome, Reason, reason_of
from orders_platform.hub.peek import peek
from orders_platform.settings import HubSettings
from orders_platform_tests.hub.conftest import KEY
from orders_platform_tests.squad.outbox.places import HubPlace

pytestmark = pytest.mark.integration
SENT = Outcome()
LARGE = b"x" * 1_048_576


@pytest.fixture
def lanes(hub: HubSettings) -> Iterator[Lanes]:
    with Lanes(hub, patience_seconds=5) as opened:
        yield opened


def keys_of(lanes: Lanes, partition: str, count: int = 3) -> list[str]:
    return [key for number in range(1000) if lanes.lane_of(key := f"order-{number}") == partition][:count]


def bodies(hub: HubSettings) -> list[bytes]:
    return [message.body for message in peek(hub, None, count=10_000, from_start=True)]


def test_each_keys_order_is_kept_and_its_key_travels_along(hub: HubSettings, lanes: Lanes) -> None:
    messages = [(f"order-{number % 7}", f"{number}".encode().ljust(3000)) for number in range(2000)]

    outcomes = lanes.send(messages)

    arrived = peek(hub, None, count=10_000, from_start=True)
    assert outcomes == [SENT] * 2000
    for key in {key for key, _ in messages}:
        assert [message.body for message in arrived if message.key == key] == [body for other, body in messages if other == key]
        assert {message.partition for message in arrived if message.key == key} == {lanes.lane_of(key)}


def test_nothing_becomes_of_nothing(lanes: Lanes) -> None:
    assert lanes.send([]) == []


@pytest.mark.faults
def test_a_partition_stops_at_its_first_batch_that_fails(hub: HubSettings, running: ServerInThread, lanes: Lanes) -> None:
    [key] = keys_of(lanes, "0", 1)
    # the SDK sends what is refused a second time; a third send would arrive
    running.call(lambda server: server.faults.busy(2))

    outcomes = lanes.send([(key, f"{number}".encode().ljust(400_000)) for number in range(6)])

    assert {(outcome.reason, outcome.is_its_own) for outcome in outcomes} == {(Reason.THROTTLED, False)}
    assert bodies(hub) == []


@pytest.mark.faults
def test_the_others_go_on_when_a_partition_fails(hub: HubSettings, running: ServerInThread, lanes: Lanes) -> None:
    messages = [(f"order-{number}", f"{number}".encode()) for number in range(40)]
    running.call(lambda server: server.faults.throttle(60, server.hubs["orders"].partition("0")))

    outcomes = lanes.send(messages)

    failed = [key for (key, _), outcome in zip(messages, outcomes, strict=True) if outcome.reason == Reason.THROTTLED]
    assert failed == [key for key, _ in messages if lanes.lane_of(key) == "0"] != []
    running.call(lambda server: server.faults.clear())
    assert sorted(bodies(hub)) == sorted(body for key, body in messages if key not in failed)


def test_too_large_a_body_blocks_its_own_key_alone(hub: HubSettings, lanes: Lanes) -> None:
    large, other, *_ = keys_of(lanes, "0")

    outcomes = lanes.send([(large, b"1"), (large, LARGE), (other, b"2"), (large, b"3"), (other, b"4")])

    assert [(outcome.reason, outcome.is_its_own) for outcome in outcomes] == [
        (None, False), (Reason.TOO_LARGE, True), (None, False), (Reason.TOO_LARGE, True), (None, False),
    ]  # fmt: skip
    assert large in outcomes[1].sentence
    assert bodies(hub) == [b"1", b"2", b"4"]


@pytest.mark.faults
def test_a_hub_that_stops_is_unreachable_and_a_new_connection_works_when_it_is_back(tmp_path: Path) -> None:
    place = HubPlace(tmp_path / "hub")
    place.start()
    hub = place.settings
    with Lanes(hub, patience_seconds=5) as lanes:
        assert lanes.send([("a", b"1")]) == [SENT]
        place.stop()
        [outcome] = lanes.send([("a", b"2")])
        with pytest.raises(HubError, match="cannot be reached") as refused, Lanes(hub, patience_seconds=5):
            pass

    place.start()
    with Lanes(hub) as lanes:
        assert lanes.send([("a", b"3")]) == [SENT]
    assert place.of("a") == [b"1", b"3"]
    place.stop()
    assert (outcome.reason, outcome.is_its_own) == (Reason.UNREACHABLE, False)
    assert reason_of(refused.value) == Reason.UNREACHABLE
    assert KEY not in outcome.sentence + str(refused.value)


@pytest.mark.faults
def test_a_hub_that_gives_no_answer_is_unreachable_and_has_what_it_was_sent(hub: HubSettings, running: ServerInThread) -> None:
    with Lanes(hub, patience_seconds=2) as lanes:
        assert lanes.send([("a", b"1")]) == [SENT]
        assert not lanes.is_silent
        running.call(lambda server: server.faults.delay_dispositions(60))

        [outcome] = lanes.send([("a", b"2")])

    assert outcome.reason == Reason.UNREACHABLE
    assert set(bodies(hub)) == {b"1", b"2"}


def test_a_wrong_key_is_refused(hub: HubSettings) -> None:
    wrong = replace(hub, connection=(hub.connection or "").replace(KEY, "d3Jvbmc="))

    with pytest.raises(HubError, match="refused the key") as caught, Lanes(wrong):
        pass

    assert reason_of(caught.value) == Reason.REFUSED
