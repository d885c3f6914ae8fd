"""The bundle as Databricks' own tool resolves it, as far as its jobs go: variables, references, targets."""

import re
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "deploy" / "databricks.yml"
# what has no value in the file: whoever deploys gives it by --var
GIVEN = {
    "dagster": "00000000-0000-0000-0000-00000000d000",
    "runner": "00000000-0000-0000-0000-00000000a000",
    "warehouse": "abcdef0123456789",
}
_REFERENCE = re.compile(r"\$\{([\w.]+)\}")


def read() -> dict[str, Any]:
    """The file as it stands."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return content


def resolved(target: str, **variables: str) -> dict[str, Any]:
    """The bundle for a target; `variables` go before the target's own and the defaults.

    Raises ValueError naming those that have no value, as the CLI does.
    """
    bundle = read()
    values = {name: one.get("default") for name, one in bundle["variables"].items()}
    values |= bundle["targets"][target].get("variables", {}) | variables
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        raise ValueError(f"target {target} gives no value to {', '.join(missing)}")
    known = {"bundle.name": bundle["bundle"]["name"], "bundle.target": target} | {
        f"var.{name}": text for name, text in values.items()
    }
    known |= {f"resources.schemas.{name}.name": one["name"] for name, one in bundle["resources"]["schemas"].items()}
    resolved_bundle: dict[str, Any] = _filled(bundle, known)
    return resolved_bundle


def _filled(value: Any, known: dict[str, str]) -> Any:
    match value:
        case dict():
            return {name: _filled(one, known) for name, one in value.items()}
        case list():
            return [_filled(one, known) for one in value]
        case str() if _REFERENCE.search(value):
            # a variable's default may refer to others
            return _filled(_REFERENCE.sub(lambda found: known[found[1]], value), known)
    return value
