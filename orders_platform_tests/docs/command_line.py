"""The command line as the documents must tell it: its verbs, and whether a command would be taken as it is written."""

import re
import shlex
from collections.abc import Iterator

import typer
from typer.exceptions import TyperException

from orders_platform.cli import app
from orders_platform_tests.docs.markdown import ROOT

_TARGET = re.compile(r"^([a-z]+):.*## ", re.MULTILINE)


def verbs() -> list[str]:
    """Every verb, with its group's name before it."""
    return list(_verbs(typer.main.get_command(app), ()))


def targets() -> list[str]:
    """The targets that `make help` lists."""
    return _TARGET.findall((ROOT / "Makefile").read_text())


def is_taken(command: str) -> bool:
    """Whether the command line takes these words: the verb is there, and its options and arguments are."""
    program, *words = shlex.split(command)
    if program == "make":
        return all(word in (*targets(), "help") or word.startswith("ARGS=") for word in words)
    if program == "dagster":
        return words[:2] == ["dev", "-w"] and (ROOT / words[2]).is_file()
    node = typer.main.get_command(app)
    while hasattr(node, "commands") and (words or not _is_a_verb(node)):
        if not words or words[0] not in node.commands:
            return False
        node = node.commands[words.pop(0)]
    try:
        # parsed and not run
        node.make_context("orders-platform", words)
    except TyperException:
        return False
    return True


def _is_a_verb(node: object) -> bool:
    """Whether a group does something of its own where no verb of it follows."""
    return bool(getattr(node, "invoke_without_command", False))


def _verbs(node: object, path: tuple[str, ...]) -> Iterator[str]:
    if not hasattr(node, "commands"):
        yield " ".join(path)
        return
    if _is_a_verb(node) and path:
        yield " ".join(path)
    for name, below in node.commands.items():
        yield from _verbs(below, (*path, name))
