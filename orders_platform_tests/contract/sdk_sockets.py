"""The SDK leaves sockets to the garbage collector where a connection failed: it shall run before the next test."""

import gc
import warnings
from collections.abc import Iterator

import pytest

TOLERATED = (
    pytest.mark.usefixtures("sockets_left_open_are_closed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
)


@pytest.fixture
def sockets_left_open_are_closed() -> Iterator[None]:
    """Collect them, where nobody minds the warning; the next test would."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
