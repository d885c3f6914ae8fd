"""Addresses as settings give them, and what is told of them: nothing of a password may stand in a message.

An address that can be read in two ways is refused before anything is asked: a driver that takes a part of a password for its
host or its port tells of it in its message.
"""

import re
from typing import Final

_POSTGRESQL: Final = "postgresql://"


def _text(but: str) -> str:
    """A pattern for text without these characters, in which a % is the beginning of a code."""
    return rf"(?:[^\s%@{but}]|%[0-9A-Fa-f]{{2}})*"


_HOST: Final = r"(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~-]|%[0-9A-Fa-f]{2})*)(?::\d{1,5})?"
_DATABASE: Final = re.compile(
    rf"{_POSTGRESQL}(?:{_text('/:?')}(?::{_text('/')})?@)?{_HOST}(?:,{_HOST})*(?:/{_text('/?')})?(?:\?{_text('')})?"
)
_WEB: Final = re.compile(r"https?://(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)(?::\d+)?(?:[/?#]\S*)?")
_WITH_AT: Final = re.compile(r"\S*@\S*")


def database_faults(name: str, address: str | None) -> list[str]:
    """What is wrong with a PostgreSQL's address in the variable `name`, without its text."""
    if not address or _DATABASE.fullmatch(address):
        return []
    if not address.startswith(_POSTGRESQL):
        return [f"{name} does not start with {_POSTGRESQL}"]
    told = f"{name} is no address like {_POSTGRESQL}USER:PASSWORD@HOST/DATABASE"
    return [f"{told}: in a user or password write @ as %40, / as %2F, % as %25 and a blank as %20"]


def web_faults(name: str, address: str | None, *, is_local_only: bool = False) -> list[str]:
    """What is wrong with a page's address in the variable `name`, without its text; `is_local_only` is plain http here alone."""
    if not address or (_WEB.fullmatch(address) and not (is_local_only and _is_plain_elsewhere(address))):
        return []
    if re.match(r"https?://", address) and "@" in address:
        return [f"{name} holds a user or a password: leave it out, since the address is shown"]
    return [f"{name} does not start with https://"]


def without_secrets(text: str) -> str:
    """A driver's words on one line, less each one with an @ in it: a part of an address, with what stands before its host."""
    return _WITH_AT.sub("***", " ".join(text.split()))


def _is_plain_elsewhere(address: str) -> bool:
    return address.startswith("http://") and not re.match(r"http://127\.0\.0\.1(?![\w.])", address)
