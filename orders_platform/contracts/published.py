"""What is published with the package: the schema and the examples."""

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

SCHEMA_FILE = "order_changed.v1.schema.json"


class ContractError(ValueError):
    """A file given as a schema cannot be taken as one; the message says what is wrong with it."""


def schema_text() -> str:
    """The schema as it is published."""
    return _here().joinpath(SCHEMA_FILE).read_text(encoding="utf-8")


def good_examples() -> dict[str, bytes]:
    """Examples that keep every rule, by name."""
    return _examples("good")


def bad_examples() -> dict[str, bytes]:
    """Examples that each break one rule, by name: the rule, two underscores, how."""
    return _examples("bad")


def read_schema(path: Path) -> dict[str, Any]:
    """A JSON Schema out of a file. Raises ContractError."""
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415  not before a schema is checked

    try:
        schema = json.loads(path.read_bytes())
    except OSError as fault:
        raise ContractError(f"{path}: cannot be read ({fault.strerror or fault}); give the path of a JSON Schema") from fault
    except ValueError as fault:
        raise ContractError(f"{path}: is no JSON ({fault})") from fault
    if not isinstance(schema, dict):
        raise ContractError(f"{path}: is no JSON Schema; it must be a JSON object")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as fault:
        raise ContractError(f"{path}: is no JSON Schema 2020-12 ({fault.message[:200]})") from fault
    return schema


def _here() -> Traversable:
    return files("orders_platform.contracts")


def _examples(kind: str) -> dict[str, bytes]:
    folder = _here().joinpath("examples", kind)
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".json"): file.read_bytes() for file in found if file.name.endswith(".json")}
