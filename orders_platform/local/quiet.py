"""Keeps what libraries and the JVM write to stderr in a file, so that the terminal shows the progress alone."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

_STDERR: Final = 2


@contextmanager
def stderr_kept_in(file: Path) -> Iterator[TextIO]:
    """Send stderr, that of children too, to `file` for the block; what is written to the stream given still reaches people."""
    file.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    people = os.dup(_STDERR)
    with file.open("w") as kept, os.fdopen(os.dup(people), "w", buffering=1) as stream:
        os.dup2(kept.fileno(), _STDERR)
        try:
            yield stream
        finally:
            sys.stderr.flush()
            os.dup2(people, _STDERR)
            os.close(people)
