"""A backup beside the test's shop and lake."""

from pathlib import Path

import pytest

from orders_platform.lakehouse.lake import Lake
from orders_platform_tests.lakehouse.backup.keeping import Keeping, keeping_in


@pytest.fixture
def keeping(lake: Lake, tmp_path: Path) -> Keeping:
    """A backup with nothing in it."""
    return keeping_in(lake, tmp_path / "backup")
