"""Locust lives the same lives."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from orders_platform.squad.load import lives
from orders_platform_tests.squad.load.faulty_shop import open_shop

pytestmark = pytest.mark.integration
# its file is given to Locust, never imported: it replaces Python's sockets
FILE = Path(lives.__file__).with_name("locustfile.py")


def test_locust_places_orders_and_finds_nothing_wrong(tmp_path: Path) -> None:
    with open_shop() as shop:
        words = ["--host", shop.url, "--headless", "--users", "5", "--spawn-rate", "50", "--run-time", "3s", "--csv", "found"]
        done = subprocess.run(
            [sys.executable, "-m", "locust", "-f", str(FILE), *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    assert done.returncode == 0, done.stderr
    with (tmp_path / "found_stats.csv").open() as file:
        [total] = [row for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
    assert total["Failure Count"] == "0"
    assert 0 < int(total["Request Count"]) <= len(shop.asked)


def test_locust_tells_what_is_wrong(tmp_path: Path) -> None:
    with open_shop(lie=lambda answer: (answer[0], answer[1] | {"total_minor": -1})) as shop:
        words = ["--host", shop.url, "--headless", "--users", "1", "--run-time", "2s"]
        done = subprocess.run(
            [sys.executable, "-m", "locust", "-f", str(FILE), *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    assert done.returncode == 1
    assert "total_minor is -1" in done.stdout + done.stderr
