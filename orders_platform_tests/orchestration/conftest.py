"""A Dagster instance on files, empty for each test."""

from collections.abc import Iterator

import dagster as dg
import pytest


@pytest.fixture(scope="session")
def _files() -> Iterator[dg.DagsterInstance]:
    """To make one takes a second, to empty it none."""
    with dg.DagsterInstance.local_temp() as made:
        yield made


@pytest.fixture
def instance(_files: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """Dagster's own records, as they lie on a disk."""
    yield _files
    _files.wipe()
