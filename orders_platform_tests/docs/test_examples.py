"""The smallest programs of the documents do what they say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orders_platform.contracts.judging import broken_rules, warnings
from orders_platform.emulators.eventhubs.config import default_config
from orders_platform.emulators.eventhubs.in_thread import server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.hub.peek import peek
from orders_platform.settings import Settings
from orders_platform_tests.docs.markdown import ROOT

EXAMPLES = ROOT / "docs" / "examples"


def test_an_example_is_small() -> None:
    assert {path.name: lines for path in EXAMPLES.glob("*.py") if (lines := len(path.read_text().splitlines())) > 30} == {}


@pytest.mark.integration
def test_an_event_made_without_our_code_breaks_no_rule(tmp_path: Path) -> None:
    hub = default_config("orders", 4)
    with server_in_thread(ServerOptions(data=tmp_path / "hub", hubs=(hub,), key_name="Root", key="c29tZSBrZXk=")) as running:
        settings = running.server.client_settings()
        done = subprocess.run(
            [sys.executable, EXAMPLES / "produce_event.py"],
            env=os.environ | settings, capture_output=True, text=True, check=True,
        )  # fmt: skip
        [message] = peek(Settings.from_env(settings).need_hub(), None, count=1)

    assert message.key == done.stdout.strip()
    assert (broken_rules(message.body), warnings(message.body)) == ((), ())
