"""What ids, keys, versions and texts look like, and what is said of those that do not: a pattern itself tells people nothing."""

import re
from collections.abc import Mapping
from typing import Any, Final

# An id travels in addresses and as the hub's key; text is what people read, so no control character.
ID: Final = r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$"
ID_OR_NONE: Final = rf"^$|{ID}"
TEXT: Final = r"^[^\x00-\x1f\x7f]+$"
CURRENCY: Final = "^[A-Z]{3}$"
KEY: Final = r"^[\x21-\x7e]{1,128}$"
# Our ETag, as proxies hand it back: nginx marks what it compresses as weak, Apache and Jetty write the encoding behind it. Which
# bytes were seen does not matter here: the number alone says what the caller decided upon.
_VERSION: Final = '(W/)?"[0-9]{1,18}(--?(gzip|br|zstd|deflate))?"'
VERSIONS: Final = rf"^{_VERSION}([ \t]*,[ \t]*{_VERSION})*$"

_SAID: Final = {
    ID: "is no id: 1 to 64 of A-Z a-z 0-9 . _ ~ -, the first a letter or a digit",
    ID_OR_NONE: "is no id: up to 64 of A-Z a-z 0-9 . _ ~ -, the first a letter or a digit",
    TEXT: "holds a control character, as a tab or a line's end is",
    CURRENCY: "is no code of a currency, like GBP",
    KEY: "is no key: 1 to 128 visible characters of ASCII",
    VERSIONS: 'is no version that was read, like "1", the ETag of the order (* would overwrite what others changed meanwhile)',
}


def said(error: Mapping[str, Any]) -> str:
    """What is wrong with a value, in words: an error of pydantic's."""
    given = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        return _SAID.get(given["pattern"], str(error["msg"]))
    if error["type"] == "value_error":
        return str(given["error"])
    return "must be a JSON object" if error["type"] == "model_attributes_type" else str(error["msg"])


def versions_of(if_match: str) -> list[int]:
    """The versions of a header that is as VERSIONS has it."""
    return [int(number) for number in re.findall(r'"(\d+)', if_match)]
