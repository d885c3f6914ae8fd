"""The verbs of the command line with their options, in the words of their help."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from orders_platform.cli import app
from tools.reference.language import Language
from tools.reference.markdown import code, page, table

_LEAD = "Each verb has `--help`. Where it prints a result, `--json` prints it for a machine."
_PROGRAM = "orders-platform"


def render(language: Language) -> str:
    """The page."""
    verbs = sorted(_verbs(typer.main.get_command(app), _PROGRAM))
    return page(language, "Commands", _LEAD, *(_verb(language, name, verb) for name, verb in verbs))


def _verbs(node: object, name: str) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    if isinstance(node, TyperCommand) or (isinstance(node, TyperGroup) and node.invoke_without_command and name != _PROGRAM):
        yield name, node
    if isinstance(node, TyperGroup):
        for word, below in node.commands.items():
            yield from _verbs(below, f"{name} {word}")


def _verb(language: Language, name: str, verb: TyperCommand | TyperGroup) -> str:
    shown = [_parameter(language, one) for one in verb.params if isinstance(one, TyperOption | TyperArgument)]
    rows = table(language, ("argument", "means", "default"), shown) if shown else ""
    return "\n\n".join(part for part in (f"## {name}", _said(language, verb.help), rows) if part)


def _parameter(language: Language, one: TyperOption | TyperArgument) -> tuple[str, ...]:
    if isinstance(one, TyperArgument):
        return code(one.metavar or str(one.name).upper()), _said(language, one.help), ""
    return code(" ".join(one.opts + one.secondary_opts)), _said(language, one.help), _default(language, one)


def _default(language: Language, one: TyperOption) -> str:
    if one.required:
        return language.say("must be given")
    told = one.default is not False and isinstance(one.default, str | int | float)
    return code(str(one.default)) if told else ""


def _said(language: Language, text: str | None) -> str:
    """Help as one line: its own lines are broken for a terminal."""
    return language.say(" ".join((text or "").split()))
