"""Whether one schema may follow another: readers of either take events of both.

Two ways of looking, since each misses something: the schemas' own shape, and every example ever published under either.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from orders_platform.contracts.published import ContractError

Schema = Mapping[str, Any]

# Keywords that only ever refuse more when they appear or change: both schemas must say the same.
_FIXED = (
    "const", "enum", "format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "additionalProperties",
    "unevaluatedProperties", "propertyNames", "dependentRequired", "not", "anyOf", "oneOf", "allOf", "if", "then", "else",
)  # fmt: skip
_ANY_TYPE = ("array", "boolean", "integer", "null", "number", "object", "string")


def compatible(old: Schema, new: Schema, examples: Mapping[str, object]) -> list[str]:
    """The faults that forbid `new` to follow `old`, one sentence each; none where it may. Examples go by name.

    Raises ContractError where a schema does not hold together.
    """
    try:
        return [*_shape_faults(_Place(old, old), _Place(new, new), "event"), *_example_faults(old, new, examples)]
    except RecursionError as fault:
        raise ContractError("a schema refers to itself without end; take the circle out") from fault


def validator(schema: Schema) -> Draft202012Validator:
    """A validator that takes formats seriously."""
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _example_faults(old: Schema, new: Schema, examples: Mapping[str, object]) -> Iterator[str]:
    """An example that one of the two takes and the other refuses."""
    old_checks, new_checks = validator(old), validator(new)
    for name, example in examples.items():
        by_old = next(old_checks.iter_errors(example), None)
        by_new = next(new_checks.iter_errors(example), None)
        if by_old is None and by_new is not None:
            yield f"example {name}: the new schema refuses what the old one takes ({by_new.message[:200]})"
        if by_new is None and by_old is not None:
            yield f"example {name}: the old schema refuses what the new one takes ({by_old.message[:200]})"


class _Place:
    """A part of a schema, with references followed."""

    def __init__(self, root: Schema, part: object) -> None:
        """Merge what the part refers to with what it says beside it."""
        self.root = root
        self.part: dict[str, Any] = _resolved(root, part)

    def properties(self) -> dict[str, "_Place"]:
        """Its fields."""
        return {name: _Place(self.root, part) for name, part in self.part.get("properties", {}).items()}

    def items(self) -> "_Place | None":
        """What its elements must be, where it says so."""
        return _Place(self.root, self.part["items"]) if "items" in self.part else None

    def types(self) -> tuple[str, ...]:
        """The types it takes."""
        found = self.part.get("type", _ANY_TYPE)
        return (found,) if isinstance(found, str) else tuple(sorted(found))


def _resolved(root: Schema, part: object) -> dict[str, Any]:
    if not isinstance(part, Mapping):
        return {} if part else {"not": {}}  # the schemas true and false
    if "$ref" not in part:
        return dict(part)
    target: Any = root
    for step in part["$ref"].removeprefix("#/").split("/"):
        if not isinstance(target, Mapping) or step not in target:
            raise ContractError(f"the schema refers to {part['$ref']}, which is not in it; keep references inside the file")
        target = target[step]
    return {**_resolved(root, target), **{word: value for word, value in part.items() if word != "$ref"}}


def _shape_faults(old: _Place, new: _Place, where: str) -> Iterator[str]:
    if old.types() != new.types():
        yield f"{where}: the type changed from {_words(old.types())} to {_words(new.types())}"
    for keyword in _FIXED:
        before, after = _plain(old, keyword), _plain(new, keyword)
        if before != after:
            yield f"{where}: {keyword} changed{_from_to(before, after)}"
    yield from _required_faults(old, new, where)
    yield from _property_faults(old, new, where)
    if (before := old.items()) and (after := new.items()):
        yield from _shape_faults(before, after, f"{where}[]")
    elif old.items() or new.items():
        yield f"{where}: the shape of its items is given in one schema only"


def _from_to(before: object, after: object) -> str:
    """Plain values are shown; whole schemas would hide the sentence."""
    short = not any(
        isinstance(value, Mapping) or (isinstance(value, list) and value and isinstance(value[0], Mapping))
        for value in (before, after)
    )
    return f" from {before} to {after}" if short else ""


def _required_faults(old: _Place, new: _Place, where: str) -> Iterator[str]:
    before, after = set(old.part.get("required", ())), set(new.part.get("required", ()))
    for name in sorted(after - before):
        yield f"{where}.{name}: became required, and old events may lack it"
    for name in sorted(before - after):
        yield f"{where}.{name}: is no longer required, and old readers need it"


def _property_faults(old: _Place, new: _Place, where: str) -> Iterator[str]:
    before, after = old.properties(), new.properties()
    for name, place in before.items():
        if name in after:
            yield from _shape_faults(place, after[name], f"{where}.{name}")
        else:
            yield f"{where}.{name}: was removed; keep it, or start a new major version"


def _plain(place: _Place, keyword: str) -> object:
    """A keyword's value with its references followed, so that only a change of meaning counts."""
    return _expanded(place.root, place.part.get(keyword))


def _expanded(root: Schema, value: object) -> object:
    if isinstance(value, Mapping):
        silent = ("description", "title", "examples", "$comment")
        return {word: _expanded(root, inner) for word, inner in _resolved(root, value).items() if word not in silent}
    if isinstance(value, list):
        return [_expanded(root, inner) for inner in value]
    return value


def _words(types: tuple[str, ...]) -> str:
    return "any type" if types == _ANY_TYPE else " or ".join(types)
