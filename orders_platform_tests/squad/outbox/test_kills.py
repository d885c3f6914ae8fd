"""A relay that is killed again and again at any moment: each event is in the hub, an order's events in their order."""

import random
import signal
import time
from pathlib import Path

import pytest

from orders_platform.squad.database import Connection
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.squad.outbox import processes
from orders_platform_tests.squad.outbox.places import HubPlace, add, body_of, by_order, waiting

pytestmark = [pytest.mark.integration, pytest.mark.faults, pytest.mark.long]
ROWS, ORDERS, KILLS = 10_000, 4_000, 50
# a life is a second old when it sends first
LONGEST_LIFE_S, LONGEST_SENDING_S = 2.5, 0.03


def test_every_event_arrives_in_order_when_the_relay_is_killed_50_times(
    hub: HubPlace, database: Connection, database_url: str, tmp_path: Path, *, seed: int
) -> None:
    dice = random.Random(seed)
    env = hub.env | {"ORDERS_DATABASE_URL": database_url}
    added: dict[str, list[bytes]] = {}
    for kill in range(KILLS):
        # by portions, so that there is something to send in each of its lives
        _add_some(database, added, dice, count=ROWS // KILLS)
        before = hub.count()
        relay = processes.start(env, tmp_path / "log")
        if kill % 2:
            _moment(dice, LONGEST_LIFE_S)
        else:
            # among its sends, often between the hub's answer and the mark
            wait_until(lambda before=before: hub.count() > before, 60)  # type: ignore[misc]
            _moment(dice, LONGEST_SENDING_S)
        assert relay.end(signal.SIGKILL) == -signal.SIGKILL

    relay = processes.start(env, tmp_path / "log")
    wait_until(lambda: waiting(database) == 0, 120)

    messages = hub.messages()
    assert relay.end(signal.SIGTERM) == 0
    assert by_order(messages) == added, f"--hypothesis-seed={seed}"
    assert sum(len(bodies) for bodies in added.values()) == ROWS


def _add_some(database: Connection, added: dict[str, list[bytes]], dice: random.Random, *, count: int) -> None:
    with database.transaction():
        for _ in range(count):
            order_id = f"order-{dice.randrange(ORDERS)}"
            bodies = added.setdefault(order_id, [])
            bodies.append(body_of(order_id, len(bodies) + 1) + dice.randbytes(200))
            add(database, order_id, len(bodies), body=bodies[-1])


def _moment(dice: random.Random, longest_seconds: float) -> None:
    """A moment of the relay's life that nothing tells of: this alone is left to time."""
    time.sleep(dice.uniform(0, longest_seconds))
