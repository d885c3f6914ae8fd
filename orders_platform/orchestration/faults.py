"""Faults that the reader can act on, as Dagster failures: one sentence, and a retry only where time alone may help."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orders_platform.errors import HubError, PlatformError


@contextmanager
def as_failure() -> Iterator[None]:
    """Turn a PlatformError inside the block into a failure of the step with the same sentence."""
    try:
        yield
    except PlatformError as fault:
        # a hub out of reach may come back; wrong settings or a refused pass will not by themselves
        raise dg.Failure(description=str(fault), allow_retries=isinstance(fault, HubError)) from fault
