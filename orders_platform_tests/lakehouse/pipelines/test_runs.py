"""Whole runs by the command, on the shop's excerpt: again with nothing new, after new events, and what a fault leaves."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orders_platform.contracts.event import to_bytes
from orders_platform.hub.publish import Publisher
from orders_platform.local.sample_feed import SAMPLE
from orders_platform.squad.dataset import read_orders
from orders_platform.squad.order_events import order_events
from orders_platform_tests.builders import a_cancellation, an_event, body
from orders_platform_tests.conftest import ROOT
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.lakehouse.pipelines.parity import disparities, of_passes, of_the_pipeline

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.long]
SECONDS = 400


@dataclass(frozen=True, slots=True)
class Site:
    """A shop with a home: its lake is filled by passes, its pipeline's tables by runs."""

    shop: Shop
    home: Path

    def runs(self, *words: str) -> dict[str, Any]:
        """`pipeline run`, which must end well."""
        done = self.ended("pipeline", "run", "--json", *words)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def passes(self) -> None:
        """`pass`, which must end well."""
        done = self.ended("pass")
        assert done.returncode == 0, done.stderr

    def ended(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of ours after its end."""
        assert self.shop.server
        env = os.environ | self.shop.server.server.client_settings() | {"ORDERS_HOME": str(self.home), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "orders_platform", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=SECONDS, cwd=self.home)

    def differences(self) -> list[str]:
        """What lake and pipeline say differently."""
        return disparities(of_passes(self.home / "lake"), of_the_pipeline(self.home / "pipeline"))


@pytest.fixture
def site(shop: Shop, tmp_path: Path) -> Site:
    home = tmp_path / "home"
    home.mkdir()
    return Site(shop, home)


def test_gold_is_that_of_the_passes_on_the_excerpt_again_with_nothing_new_and_after_new_events(site: Site) -> None:
    _publish_the_excerpt(site.shop)
    site.passes()

    first = site.runs()
    assert site.differences() == []
    assert first["tables"]["silver_orders"] > 4000

    again = site.runs()
    assert site.differences() == []
    assert again["tables"] == first["tables"]

    site.shop.publishes(_new_events())
    site.passes()
    later = site.runs()
    assert site.differences() == []
    assert later["tables"]["bronze_order_events"] == first["tables"]["bronze_order_events"] + len(list(_new_events()))

    site.runs("--full-refresh")
    assert site.differences() == []
    assert later["empty_seconds"] > first["empty_seconds"] == 0


def test_a_lost_hub_is_told_in_one_sentence_and_leaves_what_its_views_were_made_from(site: Site) -> None:
    site.shop.sells(3)
    site.runs()

    with Shop(site.home / "another").open() as another:
        lost = Site(another, site.home).ended("pipeline", "run")

    assert lost.returncode != 0
    assert "PassRefused: the hub is orders-" in lost.stderr
    assert "--full-refresh" in lost.stderr
    assert len(list(of_the_pipeline(site.home / "pipeline")("bronze.order_events"))) == 3


def _publish_the_excerpt(shop: Shop) -> None:
    with Publisher(shop.hub) as publisher:
        publisher.publish((event.order.order_id, to_bytes(event)) for event in order_events(read_orders(SAMPLE)))


def _new_events() -> Iterator[tuple[str, bytes]]:
    """A new order, a change of an old one's day, its repetition, a cancellation, and a message that is none."""
    for event in (
        an_event("new"),
        an_event("new", version=2, status="paid", placed_at="2019-02-03T09:00:00+00:00"),
        an_event("new"),
        a_cancellation("C-new", cancels="new"),
    ):
        yield event["data"]["order_id"], body(event)
    yield "bad", b"no event"
