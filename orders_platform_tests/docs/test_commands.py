"""The commands of the README, typed as they stand there; those that are not typed here are listed with the reason."""

import csv
import gzip
import re
import subprocess
from pathlib import Path

import pytest

from orders_platform.contracts.published import schema_text
from orders_platform.local.sample_feed import SAMPLE
from orders_platform_tests import invariants
from orders_platform_tests.docs.command_line import targets
from orders_platform_tests.docs.conftest import Terminal, hub_script, serve_command
from orders_platform_tests.docs.markdown import ROOT, Markdown
from orders_platform_tests.docs.untyped import ENDED, NOT_TYPED

# what stands for a file in the README, and the file that the test puts there
FILES = {"FILE.jsonl": "one.jsonl", "FILE": "cut.csv", "OLD.json": "old.json", "NEW.json": "new.json"}
ROWS = 300

TOLD = Markdown.read("README.md")
MAKE_HELP = "make help"
TYPED = [one for one in TOLD.inline_commands if one not in (*NOT_TYPED, ENDED, MAKE_HELP, "orders-platform hub serve")]


def test_every_command_is_typed_or_has_a_reason() -> None:
    """The hub's own command is typed by the fixture, the second terminal's script as a whole."""
    in_turn = [serve_command(), *hub_script().splitlines(), MAKE_HELP, ENDED, *TYPED]

    left = [
        command
        for command in (*TOLD.shell_commands, *TOLD.inline_commands)
        if command not in NOT_TYPED and not any(line.startswith(command) for line in in_turn)
    ]

    assert left == []


def test_make_help_lists_the_targets() -> None:
    done = subprocess.run(MAKE_HELP.split(), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert [target for target in targets() if f"make {target} " not in done.stdout] == []


@pytest.mark.integration
@pytest.mark.spark
def test_an_order_from_ones_own_hands_is_in_gold(walked: Terminal) -> None:
    """What was typed has filled the lake with just that order."""
    accepted = (walked.folder / "one.jsonl").read_bytes().splitlines()

    assert len(accepted) == 1
    assert invariants.i1_accepted_in_gold(walked.lake, accepted) == []
    assert invariants.check_all(walked.lake) == []


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.parametrize("command", TYPED)
def test_a_command_of_the_table_ends_well(walked: Terminal, command: str) -> None:
    put_files(walked.folder)

    done = walked.run(f"{exports()}\n{with_files(command)}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


def exports() -> str:
    """The lines that point a terminal at the hub."""
    return "\n".join(line for line in hub_script().splitlines() if line.startswith("export "))


def with_files(command: str) -> str:
    """The command with files in place of the README's placeholders."""
    return re.sub("|".join(map(re.escape, FILES)), lambda found: FILES[found[0]], command)


def put_files(folder: Path) -> None:
    """The files that the table's commands take: the newest rows of the sample, and a schema twice."""
    with gzip.open(SAMPLE, "rt", newline="") as sample, (folder / "cut.csv").open("w", newline="") as cut:
        rows = csv.reader(sample)
        csv.writer(cut).writerows(row for _, row in zip(range(ROWS), rows, strict=False))
    for name in ("old.json", "new.json"):
        (folder / name).write_text(schema_text())
