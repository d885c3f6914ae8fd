"""The command line in shells that close its streams, name an encoding that lacks letters, or another locale."""

import subprocess
import sys
from pathlib import Path

import pytest

from orders_platform_tests.clean_environment import clean_environment

VERB = f"{sys.executable} -m orders_platform databricks serve --session"
# each says something about itself after the command line has made it ready
SAY = """
import sys
from unittest.mock import patch
import orders_platform.cli as cli
with patch.object(cli, "app", lambda: exec(sys.argv[1], {"sys": sys})):
    cli.main()
"""


def run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    shell = ["sh", "-c", script]
    return subprocess.run(shell, cwd=folder, env=clean_environment() | variables, capture_output=True, check=False, timeout=120)


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"LC_ALL": "xx_YY.UTF-8"}],
    ids=["a terminal of ASCII", "C", "C, and no UTF-8 in Python", "a locale that is not installed"],
)
def test_a_fault_is_one_sentence_in_any_locale(tmp_path: Path, variables: dict[str, str]) -> None:
    done = run(f"{VERB} não_está", tmp_path, **variables)

    said = done.stderr.decode("utf-8").replace("\n", "")
    assert done.returncode == 2
    assert "Traceback" not in said
    assert "não_está is no" in said or "n\\xe3o_est\\xe1 is no" in said


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_fault(tmp_path: Path, closed: str) -> None:
    """As some schedulers start a job."""
    done = run(f"{VERB} m:f --help {closed}", tmp_path)

    assert (done.returncode, done.stderr) == (0, b"")


def test_children_find_this_machine_and_its_files(tmp_path: Path) -> None:
    """Whatever the shell said: a locale in which Java finds no file with a letter beyond ASCII, and a proxy for everything."""
    shell = {"LC_ALL": "C", "PYTHONUTF8": "0", "HTTPS_PROXY": "http://127.0.0.1:9"}
    said = "import os; print(sys.getfilesystemencoding(), *(os.environ[name] for name in ('LC_ALL', 'NO_PROXY', 'no_proxy')))"

    words = [sys.executable, "-c", SAY, said]
    done = subprocess.run(words, cwd=tmp_path, env=clean_environment() | shell, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["utf-8", "C.UTF-8", *["127.0.0.1,localhost,::1"] * 2]
