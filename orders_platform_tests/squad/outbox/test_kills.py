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
from orders_platform_tests.squad.outbox.processes import RelayProcess

pytestmark = [pytest.mark.integration, pytest.mark.faults, pytest.mark.long]
ROWS, ORDERS, KILLS = 10_000, 4_000, 50
# it connects for about a second before it sends
LONGEST_LIFE_S = 2.5


def test_every_event_arrives_in_order_when_the_relay_is_killed_50_times(
    hub: HubPlace, database: Connection, database_url: str, tmp_path: Path, *, seed: int
) -> None:
    dice = random.Random(seed)
    env = hub.env | {"ORDERS_DATABASE_URL": database_url}
    added: dict[str, list[bytes]] = {}
    for kill in range(KILLS):
        # by portions, so that there is something to send in each of its lives
        _add_some(database, added, dice, count=ROWS // KILLS)
        relay = processes.start(env, tmp_path / "log")
        if kill % 2:
            _moment(dice)
        else:
            _die_among_sends(hub, relay, database)
        assert relay.end(signal.SIGKILL) == -signal.SIGKILL

    relay = processes.start(env, tmp_path / "log")
    wait_until(lambda: waiting(database) == 0, 120)

    messages = hub.messages()
    assert relay.end(signal.SIGTERM) == 0
    assert by_order(messages) == added, f"--hypothesis-seed={seed}"
    # some came twice, since lives ended between the hub's storing and the mark
    assert len(messages) > ROWS
    assert sum(len(bodies) for bodies in added.values()) == ROWS


def _add_some(database: Connection, added: dict[str, list[bytes]], dice: random.Random, *, count: int) -> None:
    with database.transaction():
        for _ in range(count):
            order_id = f"order-{dice.randrange(ORDERS)}"
            bodies = added.setdefault(order_id, [])
            bodies.append(body_of(order_id, len(bodies) + 1) + dice.randbytes(200))
            add(database, order_id, len(bodies), body=bodies[-1])


def _die_among_sends(hub: HubPlace, relay: RelayProcess, database: Connection) -> None:
    """Killed when the hub has what it sends, and before it hears so."""
    hub.at_next_event(relay.process.kill)
    wait_until(lambda: relay.process.poll() is not None or waiting(database) == 0, 60)


def _moment(dice: random.Random) -> None:
    """One of the relay's life that nothing tells of: this alone is left to time."""
    time.sleep(dice.uniform(0, LONGEST_LIFE_S))
