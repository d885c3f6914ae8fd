"""A lake of each test's own, with messages in its quarantine."""

from pathlib import Path

import pytest

from orders_platform.lakehouse.lake import Lake
from orders_platform_tests.lakehouse.filled import Filled
from orders_platform_tests.lakehouse.quarantine.stage import BROKEN, GOOD, came


@pytest.fixture
def lake(filled: Filled, tmp_path: Path) -> Lake:
    """Six messages are in its quarantine."""
    lake = filled.copy(tmp_path / "lake")
    came(lake, *BROKEN, GOOD)
    return lake
