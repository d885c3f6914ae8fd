"""A folder with a short path: a server whose socket fits beside its data is found at the same place after it was killed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def short_folder() -> Iterator[Path]:
    """The folder for a block."""
    with tempfile.TemporaryDirectory(prefix="orders-") as folder:
        yield Path(folder)
