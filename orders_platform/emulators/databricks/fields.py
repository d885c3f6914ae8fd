"""The fields of a request, read with their types: a wrong one is refused by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from orders_platform.emulators.databricks.errors import InvalidParameter, MalformedRequest

_LARGEST: Final = 2**63


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object, or a query. An absent field and one that is null are the same."""

    values: Mapping[str, object]
    place: str = ""

    def text(self, name: str) -> str | None:
        """A text."""
        value = self.values.get(name)
        return value if value is None or isinstance(value, str) else self._refuse(name, "a text")

    def need_text(self, name: str) -> str:
        """A text that must be there, and must not be empty."""
        return self.text(name) or self._refuse(name, "given")

    def number(self, name: str) -> int | None:
        """A whole number that is not negative; in a query it comes as text."""
        value = self.values.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:20])
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST):
            return value
        return self._refuse(name, "a whole number")

    def need_number(self, name: str) -> int:
        """A number that must be there."""
        value = self.number(name)
        return self._refuse(name, "given") if value is None else value

    def flag(self, name: str) -> bool:
        """Yes or no; no where it is absent."""
        value = self.values.get(name)
        if isinstance(value, str):
            value = {"false": False, "true": True}.get(value, value)
        return bool(value) if value is None or isinstance(value, bool) else self._refuse(name, "true or false")

    def fields(self, name: str) -> "Fields":
        """An object; empty where it is absent."""
        return Fields(self.mapping(name), f"{self.place}{name}.")

    def mapping(self, name: str) -> dict[str, object]:
        """An object as it came; empty where it is absent."""
        value = self.values.get(name)
        if value is None:
            return {}
        return value if isinstance(value, dict) else self._refuse(name, "an object")

    def mappings(self, name: str) -> list[dict[str, object]]:
        """A list of objects; empty where it is absent."""
        return [value if isinstance(value, dict) else self._refuse(name, "a list of objects") for value in self._list(name)]

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where it is absent."""
        return [value if isinstance(value, str) else self._refuse(name, "a list of texts") for value in self._list(name)]

    def text_map(self, name: str) -> dict[str, str]:
        """An object of texts; empty where it is absent."""
        return {
            key: value if isinstance(value, str) else self._refuse(f"{name}.{key}", "a text")
            for key, value in self.mapping(name).items()
        }

    def _list(self, name: str) -> list[object]:
        value = self.values.get(name)
        if value is None:
            return []
        return value if isinstance(value, list) else self._refuse(name, "a list")

    def _refuse(self, name: str, wanted: str) -> NoReturn:
        raise InvalidParameter(f"{self.place}{name} must be {wanted}")


def read_body(raw: bytes) -> Fields:
    """The fields of a JSON object. Raises MalformedRequest where the bytes hold none, or text that nothing can store."""
    try:
        read = json.loads(raw or b"{}", parse_constant=_refuse_constant)
        # half a surrogate passes JSON, and no file and no database
        json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise MalformedRequest(f"the body is not JSON that can be read: {type(fault).__name__}") from fault
    if not isinstance(read, dict):
        raise MalformedRequest("the body is no JSON object")
    return Fields(read)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
