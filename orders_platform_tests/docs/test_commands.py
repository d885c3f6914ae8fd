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

NOT_TYPED_HERE = {
    "make demo": "installs first; local/test_demo.py runs the verb, on a cut of the dataset",
    "make test": "this test is part of it",
    "make up": "installs first; local/test_up.py runs the verb",
    "make lint": "judges the tree, not the README; CI runs it beside the tests",
    "make docs": "writes into the tree; docs/test_site.py builds it aside",
    "make bench": "takes minutes of an idle machine",
    "dagster dev -w workspace.yaml": "orchestration/test_workspace.py loads it",
    "orders-platform demo --csv FILE --days 2018-12-01:2018-12-24": "local/test_demo.py runs the verb, with a file",
    "orders-platform up --no-feed --port 3000": "local/test_up.py runs the verb; the port may be taken here",
    "orders-platform pass --mode continuous": "ends by Ctrl-C only; the lakehouse's own tests run it",
    "orders-platform database serve": "ends by Ctrl-C only; deploy/test_squad_alone.py starts it",
    "orders-platform api migrate": "needs a database; deploy/test_squad_alone.py runs it",
    "orders-platform api serve": "ends by Ctrl-C only; deploy/test_squad_alone.py starts it",
    "orders-platform relay": "ends by Ctrl-C only; squad/outbox runs it",
    "orders-platform alerts test": "needs an address; alerts/test_commands.py types it",
    "orders-platform alerts heartbeat --port 8787": "ends by Ctrl-C only; local/test_up.py asks it",
    "orders-platform outbox state": "needs a database; local/test_up.py types it",
    "orders-platform outbox replay --from T1 --to T2": "needs a database; local/test_up.py types it, with times",
    "orders-platform load --rate 200 --seconds 60": "needs an API, and a minute; local/test_up.py types a shorter one",
    "orders-platform tables restore TABLE --version 1": "changes the lake; lakehouse/test_restore.py types the guide",
    "orders-platform quarantine show 0:17": "nothing is set aside here; lakehouse/quarantine runs it",
    'orders-platform quarantine release --reason total_matches --repair total_from_lines --why "wrong totals"': (
        "changes the lake; test_guides.py types it"
    ),
    "orders-platform backup write": "needs a place; test_guides.py types it",
    "orders-platform backup check": "needs a place; test_guides.py types it",
    "orders-platform backup replay --into fresh": "needs a place; test_guides.py types it",
    "orders-platform pipeline run": "takes half a minute; test_guides.py types it",
    "orders-platform blob serve": "ends by Ctrl-C only, and needs Node; local/test_blob.py serves one",
    "orders-platform room serve": "ends by Ctrl-C only; serving/test_in_a_browser.py starts it",
    "orders-platform databricks serve": "ends by Ctrl-C only; emulators/databricks/test_runs.py starts it",
}
# what stands for a file in the README, and the file that the test puts there
FILES = {"FILE.jsonl": "one.jsonl", "FILE": "cut.csv", "OLD.json": "old.json", "NEW.json": "new.json"}
ROWS = 300

TOLD = Markdown.read("README.md")
MAKE_HELP = "make help"
TYPED = [command for command in TOLD.inline_commands if command not in (*NOT_TYPED_HERE, MAKE_HELP, "orders-platform hub serve")]


def looks(page: str) -> list[str]:
    """Commands of a page that change nothing."""
    told = Markdown.read(f"docs/en/{page}").shell_commands
    return [
        command
        for command in told
        if command.startswith(("orders-platform sql", "orders-platform tables", "orders-platform cost"))
    ]


def test_every_command_is_typed_or_has_a_reason() -> None:
    """The hub's own command is typed by the fixture, the second terminal's script as a whole."""
    in_turn = [serve_command(), *hub_script().splitlines(), MAKE_HELP, *TYPED]

    left = [
        command
        for command in (*TOLD.shell_commands, *TOLD.inline_commands)
        if command not in NOT_TYPED_HERE and not any(line.startswith(command) for line in in_turn)
    ]

    assert left == []


def test_no_reason_is_left_over() -> None:
    assert [command for command in NOT_TYPED_HERE if command not in (*TOLD.shell_commands, *TOLD.inline_commands)] == []


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


@pytest.mark.long
@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.parametrize("command", [command for page in ("pm.md", "index.md", "scale.md") for command in looks(page)])
def test_a_look_at_the_tables_ends_well(walked: Terminal, command: str) -> None:
    """Those that the PM, the first page and the calculator's are told to type; what comes before them is typed elsewhere."""
    done = walked.run(command)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


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
