"""Faults that the reader can act on, as Dagster failures: one sentence, and another try only where time alone may help."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import dagster as dg

from orders_platform.errors import HubError, PlatformError, WorkspaceError

# Not a RetryPolicy: by one of those Dagster starts even a step anew that somebody has terminated.
MOST_RETRIES: Final = 2
RETRY_SECONDS: Final = 5
_PASSING: Final = (HubError, WorkspaceError)
_BY_NAME: Final = {each.__name__: each for each in _PASSING}


@contextmanager
def as_failure(retry_number: int = MOST_RETRIES) -> Iterator[None]:
    """Turn a PlatformError inside the block into a failure of the step with the same sentence.

    What is out of reach may come back, so a step that was tried less than three times is tried again; wrong settings, bad data or
    a refused pass are not gone the next time.
    """
    try:
        yield
    except PlatformError as fault:
        if isinstance(fault, _PASSING) and retry_number < MOST_RETRIES:
            raise dg.RetryRequested(MOST_RETRIES, RETRY_SECONDS * 2**retry_number) from fault
        raise dg.Failure(description=str(fault), allow_retries=False) from fault


def passing(error_name: str) -> type[PlatformError] | None:
    """The fault that a cluster names, if it may be gone the next time."""
    return _BY_NAME.get(error_name)
