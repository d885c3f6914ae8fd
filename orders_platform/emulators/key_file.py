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
        # an empty one is what a power cut left, and would let everybody in
        if not path.exists() or not path.read_text(encoding="ascii").strip():
            _write(path, base64.b64encode(secrets.token_bytes(32)).decode())
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot keep the {owner}'s key ({error.strerror}): let this user write there, or choose another folder"
        ) from error
    except UnicodeDecodeError as error:
        raise EnvironmentFault(
            f"{path} cannot keep the {owner}'s key (it is no text): remove it, and a new one is made at the next start"
        ) from error


def _write(path: Path, key: str) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w", encoding="ascii") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
