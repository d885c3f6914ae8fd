"""`load`: its result for people and programs, its exit code, and Ctrl-C."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from orders_platform.errors import ApiError, ChecksFailed, SettingsError
from orders_platform.squad.load.ledger import accepted_once, read_ledger
from orders_platform.squad.load.lives import life
from orders_platform.squad.load_commands import load
from orders_platform_tests.clean_environment import without_settings
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.squad.load.faulty_shop import open_shop

pytestmark = pytest.mark.integration
APP = typer.Typer()
APP.command()(load)
# of this one the first five orders are placed, and nothing else happens
SHORT = next(seed for seed in range(10_000) if all(len(life(seed, number).steps) == 1 for number in range(5)))
PROGRAM = "import typer; from orders_platform.squad.load_commands import load; app = typer.Typer(); app.command()(load); app()"


def loaded(*words: str) -> Result:
    """A load of five orders whose lives are short."""
    return CliRunner().invoke(APP, ["--rate", "50", "--seconds", "0.1", "--seed", str(SHORT), *words])


def test_the_result_is_one_line_of_json(tmp_path: Path) -> None:
    with open_shop() as shop:
        done = loaded("--url", f"{shop.url}/", "--ledger", str(tmp_path / "ledger"), "--json")

    report: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 1
    assert (report["seed"], report["due"], report["placed"], report["stopped"]) == (SHORT, 5, 5, False)
    assert report["calls"]["place"].keys() == {"accepted", "refused", "unknown", "not_sent", "from_due_ms", "from_send_ms"}
    assert report["calls"]["place"]["from_due_ms"].keys() == {"p50", "p95", "p99", "max"}
    assert accepted_once(read_ledger(tmp_path / "ledger"), shop.orders()).faults(only_caller=True) == []


def test_people_get_a_table_and_the_seed_that_repeats_the_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_shop() as shop:
        monkeypatch.setenv("ORDERS_API_URL", shop.url)
        done = loaded()

    assert done.stderr.startswith(f"seed {SHORT}")
    assert "5 of 5 orders placed" in done.stdout
    assert "p99" in done.stdout


def test_wrong_answers_fail_the_load_and_the_result_is_there() -> None:
    with open_shop(lie=lambda answer: (answer[0], answer[1] | {"total_minor": -1})) as shop:
        done = loaded("--url", shop.url, "--json")

    assert isinstance(done.exception, ChecksFailed)
    assert "5 answers were wrong" in str(done.exception)
    assert "total_minor is -1" in str(done.exception)
    assert json.loads(done.stdout)["wrong_count"] == 5


def test_an_address_is_needed_and_someone_there() -> None:
    with open_shop() as shop:
        gone = shop.url

    assert isinstance(loaded().exception, SettingsError)
    assert isinstance(loaded("--url", gone).exception, ApiError)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_load_in_order_with_what_it_has(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "ledger"
    with open_shop() as shop:
        words = ["--url", shop.url, "--rate", "50", "--seconds", "600", "--ledger", str(path), "--json"]
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words], stdout=subprocess.PIPE, text=True, env=without_settings()
        ) as process:
            wait_until(lambda: len(shop.asked) > 10)
            process.send_signal(number)
            told, _ = process.communicate(timeout=60)

    report = json.loads(told)
    assert (process.returncode, report["stopped"]) == (0, True)
    assert 0 < report["placed"] == report["due"] < 30_000
    assert accepted_once(read_ledger(path), shop.orders()).faults(only_caller=True) == []


def test_a_ledger_that_was_torn_is_gone_on_with_and_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(b'{"at": "20')
    with open_shop() as shop:
        done = loaded("--url", shop.url, "--ledger", str(path))

    assert "10 bytes, of which nobody was told, are cut off" in done.stderr
    assert not read_ledger(path).torn
