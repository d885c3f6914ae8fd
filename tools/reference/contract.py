"""The fields of the event, out of its JSON Schema."""

import json
from collections.abc import Iterator
from typing import Any

from orders_platform.contracts.published import good_examples, schema_text
from tools.reference.language import Language
from tools.reference.markdown import code, page, table

_LEAD = (
    "The event `orders.order-changed.v1`: CloudEvents 1.0 in structured JSON, the whole order after a change. The JSON Schema "
    "is the source; `orders-platform contract show` prints it. An unknown field is allowed, and ignored."
)
_HEADS = ("field", "type", "must be there", "means")
Schema = dict[str, Any]


def render(language: Language) -> str:
    """The page."""
    schema = json.loads(schema_text())
    rows = (
        (code(path), kind, language.say("yes") if must else "", language.say(means))
        for path, kind, must, means in _below(schema, "", schema["$defs"])
    )
    return page(language, "The contract", _LEAD, table(language, _HEADS, rows), _example(language))


def _example(language: Language) -> str:
    name, body = next(iter(good_examples().items()))
    shown = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    return f"## {language.say('An example')}\n\n`{name}`\n\n```json\n{shown}\n```"


def _below(node: Schema, path: str, named: Schema) -> Iterator[tuple[str, str, bool, str]]:
    """Path, type, whether it must be there, description; what is in a field follows it."""
    for name, field in node.get("properties", {}).items():
        whole = _resolved(field, named)
        yield f"{path}{name}", _kind(whole), name in node.get("required", ()), whole.get("description", "")
        if "items" in whole:
            yield from _below(_resolved(whole["items"], named), f"{path}{name}[].", named)
        yield from _below(whole, f"{path}{name}.", named)


def _resolved(field: Schema, named: Schema) -> Schema:
    """The field with what it refers to."""
    choices = [_resolved(choice, named) for choice in field.get("anyOf", ())]
    merged = {"type": [choice["type"] for choice in choices]} if choices else {}
    reference = field.get("$ref", "").rpartition("/")[2]
    return {**merged, **(_resolved(named[reference], named) if reference else {}), **field}


def _kind(field: Schema) -> str:
    if "const" in field:
        return code(json.dumps(field["const"]))
    if "enum" in field:
        return ", ".join(code(json.dumps(one)) for one in field["enum"])
    kinds = [field["type"]] if isinstance(field["type"], str) else field["type"]
    return " / ".join((*kinds, *((code(field["format"]),) if "format" in field else ())))
