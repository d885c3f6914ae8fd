"""Whether the watchers are alive, as somebody outside asks it: by a clock of the test's, and over real sockets."""

import http.client
import json
import socket
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from orders_platform.alerts.heartbeat import Heartbeat, Pulse
from orders_platform.alerts.serving import served
from orders_platform.errors import EnvironmentFault
from orders_platform_tests.alerts.builders import START, Clock

LIMIT = 180.0


class Pulsing:
    """A pulse by a wall clock and one that only runs forward, both the test's."""

    def __init__(self) -> None:
        self.wall, self.forward = Clock(), Clock(0.0)
        self.pulse = Pulse(LIMIT, self.wall, self.forward)

    def passes(self, seconds: float, *, set_by: float = 0.0) -> None:
        self.wall.at += seconds + set_by
        self.forward.at += seconds


def test_all_that_are_young_are_alive() -> None:
    found = Pulsing().pulse.of({"alerts": START - 10, "hub_backlog": START - LIMIT})

    assert found.status is HTTPStatus.OK
    assert found.as_json() == {
        "status": "alive",
        "limit_seconds": LIMIT,
        "ages_seconds": {"alerts": 10.0, "hub_backlog": 180.0},
        "silent": [],
    }


@pytest.mark.parametrize(
    ("looks", "silent"),
    [
        ({}, ("alerts",)),
        ({"alerts": None}, ("alerts",)),
        ({"alerts": START, "hub_backlog": None}, ("hub_backlog",)),
        ({"alerts": START - LIMIT - 1, "hub_backlog": START}, ("alerts",)),
    ],
    ids=["nobody ever", "never a loop", "a sensor never", "a loop too old"],
)
def test_one_that_is_silent_is_named(looks: dict[str, float | None], silent: tuple[str, ...]) -> None:
    found = Pulsing().pulse.of(looks)

    assert (found.status, found.silent) == (HTTPStatus.SERVICE_UNAVAILABLE, silent)


@pytest.mark.parametrize("set_by", [-36_000.0, 0.0])
def test_a_clock_that_is_set_back_makes_nobody_young(set_by: float) -> None:
    alive = Pulsing()
    looks = {"alerts": START}
    assert alive.pulse.of(looks).status is HTTPStatus.OK

    alive.passes(100, set_by=set_by)
    assert alive.pulse.of(looks).status is HTTPStatus.OK
    alive.passes(81)
    assert alive.pulse.of(looks).status is HTTPStatus.SERVICE_UNAVAILABLE


@pytest.fixture
def answer() -> Iterator[tuple[dict[str, Heartbeat], int]]:
    now = {"is": Pulse(LIMIT, Clock()).of({"alerts": START})}
    with served(lambda: now["is"], "127.0.0.1", 0) as address:
        yield now, int(address.rpartition(":")[2].partition("/")[0])


def asked(port: int, path: str = "/heartbeat", method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    came = connection.getresponse()
    body = came.read()
    connection.close()
    return came.status, body


def test_it_is_served_with_a_status_and_a_body(answer: tuple[dict[str, Heartbeat], int]) -> None:
    now, port = answer

    alive = asked(port)
    now["is"] = Pulse(LIMIT).unknown("the records do not answer: OperationalError")
    unknown = asked(port, "/heartbeat?from=azure")

    assert (alive[0], json.loads(alive[1])["status"]) == (200, "alive")
    assert (unknown[0], json.loads(unknown[1])["said"]) == (503, "the records do not answer: OperationalError")
    assert asked(port, method="HEAD") == (503, b"")
    assert asked(port, "/")[0] == 404
    assert asked(port, method="POST")[0] == 501


def test_a_client_that_says_nothing_holds_nobody_up(answer: tuple[dict[str, Heartbeat], int]) -> None:
    _, port = answer

    with socket.create_connection(("127.0.0.1", port)) as silent:
        silent.sendall(b"GET /heart")
        assert asked(port)[0] == 200


def test_a_port_that_is_taken_is_one_sentence(answer: tuple[dict[str, Heartbeat], int]) -> None:
    _, port = answer

    with (
        pytest.raises(EnvironmentFault, match=f"port {port} of 127.0.0.1 cannot be had"),
        served(lambda: answer[0]["is"], "127.0.0.1", port),
    ):
        pass
