"""The squad's guide: both languages alike, and every command typed as it stands there, in the order of the page."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform_tests.docs.command_line import is_taken
from orders_platform_tests.docs.markdown import ROOT, Markdown
from orders_platform_tests.local.up_process import Up, started_up
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle.lake import rows

ENGLISH, PORTUGUESE = Markdown.read("docs/en/squad.md"), Markdown.read("docs/pt-BR/squad.md")
START, *SCRIPTS = ENGLISH.scripts
# on Azure, where there is no end to them; orders_platform_tests/squad runs the verbs
NOT_TYPED = [
    "orders-platform api migrate",
    "orders-platform api serve --host 0.0.0.0 --port 8000",
    "orders-platform relay",
    "orders-platform relay --metrics-host 0.0.0.0 --metrics-port 9100",
]


def test_both_languages_say_the_same() -> None:
    assert ENGLISH.headings == PORTUGUESE.headings
    assert ENGLISH.scripts == PORTUGUESE.scripts
    assert ENGLISH.inline_commands == PORTUGUESE.inline_commands
    assert len(ENGLISH.rows) == len(PORTUGUESE.rows)


def test_every_command_is_taken_as_it_is_written() -> None:
    assert [command for command in (*ENGLISH.shell_commands, *ENGLISH.inline_commands) if not is_taken(command)] == []


def test_every_inline_command_is_typed_or_has_a_reason() -> None:
    typed = "\n".join(SCRIPTS)

    left = [
        command for command in ENGLISH.inline_commands if command not in (*NOT_TYPED, "make up", "orders-platform outbox state")
    ]
    assert [command for command in left if command not in typed] == []


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """What the guide's first command starts, on ports that are free here."""
    assert START == "make up ARGS=--no-feed\n"
    with started_up(tmp_path_factory.mktemp("home"), "--no-feed") as up:
        yield up


@pytest.mark.integration
@pytest.mark.spark
def test_the_guide_leads_to_the_first_order_in_gold(up: Up, tmp_path: Path) -> None:
    place, change, look, load, *others = SCRIPTS

    created = _typed(up, place, tmp_path)
    again = _typed(up, place, tmp_path)
    changed = _typed(up, change, tmp_path)

    assert "201 Created" in created
    assert "idempotent-replayed: true" in again
    assert '"status":"paid"' in changed
    assert '"kind":"cancellation"' in changed
    wait_until(lambda: [(row["orders"], row["cancellations"]) for row in rows(up.lake, "gold.daily_sales")] == [(1, 1)], 200)
    assert re.search(r"Brazil .* 1 .* 1 .* 1238 .* 619 .* 619", _typed(up, look, tmp_path))

    assert "accepted" in _typed(up, load, tmp_path)
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) >= 200
    for script in others:
        _typed(up, script, tmp_path)
    assert "wait" in _typed(up, "orders-platform outbox state", tmp_path)


def _typed(up: Up, script: str, folder: Path) -> str:
    """What a script says, where the guide's reader types it."""
    api = up.told["squad"]["api"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("ORDERS_")}
    env |= {
        "PATH": f"{Path(sys.executable).parent}:{env['PATH']}",
        "PYTHONPATH": str(ROOT),
        "ORDERS_HOME": str(up.home),
        "ORDERS_DATABASE_URL": up.told["squad"]["env"]["ORDERS_DATABASE_URL"],
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("http://127.0.0.1:8000", api)],
        cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, f"{script}\n{json.dumps(done.stdout[-2000:])}\n{done.stderr[-2000:]}"
    return done.stdout
