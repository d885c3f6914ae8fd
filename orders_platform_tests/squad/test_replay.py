"""Pace: events go out when they are due, by a clock that the test turns."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orders_platform.squad.replay import Pace, ReplayEvent, send

START = datetime(2018, 12, 1, 8, tzinfo=UTC)


class FakeClock:
    """Time that moves when someone sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class FakePublisher:
    """Notes what is published, and when."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.sent: list[tuple[float, str]] = []

    def publish(self, messages: Iterable[tuple[str, bytes]], *, progress: Callable[[int], None]) -> Any:
        keys = [key for key, _ in messages]
        self.sent += [(self.clock.now - 100, key) for key in keys]
        progress(len(keys))
        return type("Published", (), {"events": len(keys)})


def events(*minutes: float) -> list[ReplayEvent]:
    return [
        ReplayEvent(str(number), b"{}", START + timedelta(minutes=at), is_cancellation=False, lines=1)
        for number, at in enumerate(minutes)
    ]


def sent_with(pace: Pace, *minutes: float) -> list[tuple[float, str]]:
    clock = FakeClock()
    publisher: Any = FakePublisher(clock)

    assert send(events(*minutes), publisher, pace=pace, clock=clock, sleep=clock.sleep) == len(minutes)
    return [(round(at, 2), key) for at, key in publisher.sent]


def test_everything_goes_at_once_without_a_pace() -> None:
    assert sent_with(Pace(), 0, 60, 120) == [(0, "0"), (0, "1"), (0, "2")]


@pytest.mark.parametrize("rate", [2, 10])
def test_rate_is_kept(rate: float) -> None:
    assert [at for at, _ in sent_with(Pace(rate=rate), 0, 0, 0, 0)] == pytest.approx([0, 1 / rate, 2 / rate, 3 / rate], abs=0.05)


def test_speed_shortens_the_orders_own_time() -> None:
    assert [at for at, _ in sent_with(Pace(speed=60), 0, 1, 5)] == pytest.approx([0, 1, 5], abs=0.05)


def test_slow_hub_does_not_stretch_the_rate() -> None:
    clock = FakeClock()

    class Slow(FakePublisher):
        def publish(self, messages: Iterable[tuple[str, bytes]], *, progress: Callable[[int], None]) -> Any:
            published = super().publish(messages, progress=progress)
            self.clock.now += 0.5
            return published

    publisher: Any = Slow(clock)
    send(events(0, 0, 0), publisher, pace=Pace(rate=1), clock=clock, sleep=clock.sleep)

    assert [round(at) for at, _ in publisher.sent] == [0, 1, 2]
