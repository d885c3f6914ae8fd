"""A webhook on this machine to which alerts go, and looks over an instance of Dagster's."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.orchestration.alerting.looking import Look, shared_sender
from orders_platform.settings import Settings
from orders_platform_tests.alerts.webhook import Webhook, served

CHECKS = tuple(defs.get_repository_def().asset_graph.asset_check_keys)
WATCHERS = frozenset({"hub_backlog", "continuous_job", "nightly_maintenance", "alerting"})
MakeLook = Callable[..., Look]


@pytest.fixture(scope="module")
def _served() -> Iterator[Webhook]:
    with served() as webhook:
        yield webhook


@pytest.fixture
def webhook(_served: Webhook, monkeypatch: pytest.MonkeyPatch) -> Webhook:
    """One that settings name, and to which nothing came yet."""
    _served.clear()
    monkeypatch.setenv("ORDERS_ALERT_URLS", _served.url)
    return _served


@pytest.fixture
def look(instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeLook:
    """Makes looks at the instance, by a store of the test's own."""
    monkeypatch.setenv("ORDERS_HOME", str(tmp_path))

    def make(**changes: Any) -> Look:
        return replace(Look(instance, Settings.load(), CHECKS, WATCHERS, shared_sender()), **changes)

    return make
