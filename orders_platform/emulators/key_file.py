"""The key of an emulator that was given none: made once, kept in the data directory, readable by its owner alone."""

import base64
import os
import secrets
from pathlib import Path

from orders_platform.errors import EnvironmentFault

_FILE = "key"
_OWNER_ONLY = 0o600


def kept_key(data: Path, owner: str) -> str:
    """The key of the data directory, made where there is none. Raises EnvironmentFault where it cannot be kept."""
    path = data / _FILE
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write(path, base64.b64encode(secrets.token_bytes(32)).decode())
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot keep the {owner}'s key ({error.strerror}): give another --data") from error


def _write(path: Path, key: str) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w", encoding="ascii") as file:
        file.write(key)
    draft.rename(path)
