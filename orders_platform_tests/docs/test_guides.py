"""The pages of docs/: no command that would not be taken, none that nobody types without a reason, and guides that end well."""

import re
import signal
import subprocess

import pytest

from orders_platform_tests import invariants
from orders_platform_tests.clean_environment import ROOT, clean_environment
from orders_platform_tests.docs.command_line import is_taken
from orders_platform_tests.docs.conftest import Terminal
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.docs.test_commands import TOLD, TYPED, exports
from orders_platform_tests.docs.test_extend import FOLLOWED
from orders_platform_tests.docs.untyped import ENDED, NOT_TYPED
from orders_platform_tests.lakehouse.pipelines.parity import disparities, of_passes, of_the_pipeline

PAGES = sorted(path.name for path in (ROOT / "docs" / "en").glob("*.md"))
EACH = pytest.mark.parametrize("page", PAGES)
# all their scripts are typed in turn: below, in lakehouse/test_restore.py and in local/test_up.py
TYPED_WHOLE = {"rebuild.md", "pipeline.md", "quarantine.md", "restore.md", "squad.md"}
LOOKS = ("orders-platform sql", "orders-platform tables", "orders-platform quarantine list", "orders-platform contract show")


def read(page: str) -> Markdown:
    """In English: its commands are the same in Portuguese, as test_site.py has it."""
    return Markdown.read(f"docs/en/{page}")


def commands(page: str) -> list[str]:
    """All of ours on a page."""
    return [*read(page).shell_commands, *read(page).inline_commands]


def looks(page: str) -> list[str]:
    """Commands of a page that change nothing, but for those that are typed with what comes before them, and for the README's."""
    shell = [] if page in TYPED_WHOLE else [one for one in read(page).shell_commands if one not in FOLLOWED]
    every = dict.fromkeys((*shell, *read(page).inline_commands))
    return [one for one in every if one.startswith(LOOKS) and one not in (*NOT_TYPED, *TYPED)]


def typed(page: str) -> set[str]:
    """Commands of a page that some test types."""
    whole = set(read(page).shell_commands) if page in TYPED_WHOLE else set()
    calculator = {command for command in commands(page) if command.startswith("orders-platform cost ")}  # costs/test_commands.py
    return {*looks(page), *whole, *FOLLOWED, *TYPED, *calculator}


@EACH
def test_every_command_is_taken_as_it_is_written(page: str) -> None:
    assert [command for command in commands(page) if not is_taken(command)] == []


@pytest.mark.parametrize(
    "command", ["orders-platform cost --nope 1", "orders-platform nope", "orders-platform pass again", "make nope"]
)
def test_what_would_not_be_taken_is_seen(command: str) -> None:
    assert not is_taken(command)


@EACH
def test_every_command_is_typed_or_has_a_reason(page: str) -> None:
    assert [command for command in commands(page) if command not in typed(page) | NOT_TYPED.keys()] == []


def test_no_reason_is_left_over() -> None:
    told = {*TOLD.shell_commands, *TOLD.inline_commands}.union(*map(commands, PAGES))

    assert NOT_TYPED.keys() - told == set()
    assert ENDED in told


def test_every_reason_names_a_test_that_is_there() -> None:
    named = {name for reason in NOT_TYPED.values() for name in re.findall(r"[\w/]+\.py", reason)}

    tests = ROOT / "orders_platform_tests"
    assert [name for name in named if not any((tests / folder / name).is_file() for folder in ("", "docs"))] == []


@pytest.mark.long
@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.parametrize("command", dict.fromkeys(command for page in PAGES for command in looks(page)))
def test_a_look_at_the_tables_ends_well(walked: Terminal, command: str) -> None:
    done = walked.run(f"{exports()}\n{command}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


@pytest.mark.long
@pytest.mark.integration
@pytest.mark.spark
def test_continuous_mode_brings_an_order_to_gold_and_ends_by_ctrl_c(walked: Terminal) -> None:
    example = "orders-platform contract show --example --json > another.jsonl"
    walked.run(f"{exports()}\n{example}\norders-platform publish another.jsonl")
    script = f"{walked.at_its_ports(exports())}\nexec {ENDED}"
    with subprocess.Popen(
        ["bash", "-euc", script], cwd=walked.folder, env=clean_environment(), stdout=subprocess.PIPE, text=True
    ) as continuous:
        assert continuous.stdout
        assert any(line.startswith("gold.daily_sales") for line in continuous.stdout)
        continuous.send_signal(signal.SIGINT)
        continuous.stdout.read()

    assert continuous.returncode == 0
    assert invariants.check_all(walked.lake) == []


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_the_rebuild_as_the_guide_tells_it_ends_in_the_same_figures(walked: Terminal) -> None:
    """All its scripts, one after another."""
    done = walked.run("\n".join((exports(), *read("rebuild.md").scripts)))

    assert done.returncode == 0, done.stdout + done.stderr
    assert invariants.check_all(walked.lake) == invariants.check_all(walked.folder / "fresh") == []


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_the_pipeline_as_its_guide_tells_it_makes_the_gold_of_the_pass(walked: Terminal) -> None:
    done = walked.run("\n".join((exports(), *read("pipeline.md").scripts)))

    assert done.returncode == 0, done.stdout + done.stderr
    made = walked.folder / ".orders" / "pipeline"
    assert disparities(of_passes(walked.lake), of_the_pipeline(made)) == []


@pytest.mark.integration
@pytest.mark.spark
@pytest.mark.long
def test_what_was_set_aside_is_let_back_in_as_the_guide_tells_it(walked: Terminal) -> None:
    done = walked.run("\n".join((exports(), *read("quarantine.md").scripts)))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 selected, 1 let in, 0 duplicates, 0 stay" in done.stdout.splitlines()
    assert invariants.check_all(walked.lake) == []
