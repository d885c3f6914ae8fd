"""`contract show` and `contract check`: the schema, and whether a changed one may follow it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from orders_platform.terminal import say, say_json

contract = typer.Typer(no_args_is_help=True, help="The contract between squad and platform.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")]


@contract.command("show")
def show(
    *,
    example: Annotated[bool, typer.Option("--example", help="An event that keeps the contract, instead of the schema.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the schema of the event, or an example of it."""
    from orders_platform.contracts.published import good_examples, schema_text

    text = good_examples()["sale_placed"].decode() if example else schema_text()
    if as_json:
        say_json(json.loads(text))
    else:
        say(text.rstrip())


@contract.command("check")
def check(
    old: Annotated[Path, typer.Argument(help="The schema as published.")],
    new: Annotated[Path, typer.Argument(help="The schema that shall follow it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say whether NEW may follow OLD: readers of either must take events of both. Exit code 1 where it may not."""
    from orders_platform.contracts.compatibility import compatible
    from orders_platform.contracts.published import ContractError, bad_examples, good_examples, read_schema

    try:
        faults = compatible(read_schema(old), read_schema(new), _parsed(good_examples() | bad_examples()))
    except ContractError as fault:
        say(f"ContractError: {fault}", err=True)
        raise typer.Exit(2) from fault
    if as_json:
        say_json({"compatible": not faults, "faults": faults})
    else:
        say("\n".join(faults) if faults else f"{new.name} may follow {old.name}")
    raise typer.Exit(1 if faults else 0)


def _parsed(examples: dict[str, bytes]) -> dict[str, object]:
    """The examples that are JSON at all; the others no schema is asked about."""
    parsed: dict[str, object] = {}
    for name, body in examples.items():
        try:
            parsed[name] = json.loads(body.decode())
        except (ValueError, RecursionError):
            continue
    return parsed
