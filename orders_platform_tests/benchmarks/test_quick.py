"""The whole benchmark at tiny sizes: every figure is there. How fast it is, is not asked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.budgets import BUDGETS

pytestmark = [pytest.mark.benchmark, pytest.mark.spark]
ROOT = Path(__file__).parents[2]
SECONDS = 3600


def test_every_figure_is_measured_and_told(tmp_path: Path) -> None:
    told, page = tmp_path / "told.json", tmp_path / "page.md"
    words = ["--quick", "--with-peer", "--json", str(told), "--write", str(page), "--date", "2026-11-23"]

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    figures = json.loads(told.read_text())["figures"]
    assert BUDGETS.keys() <= figures.keys()
    assert [key for key, figure in figures.items() if not figure["ours"] > 0] == []
    without_peer = {
        "small_pass_later_seconds", "small_pass_history_ratio",
        "declarative_empty_seconds", "tail_to_run_seconds", "tail_to_run_worst_seconds", "dagster_view_seconds",
        "room_first_paint_seconds", "room_refresh_seconds", "room_large_first_paint_seconds", "room_large_refresh_seconds",
    }  # fmt: skip
    assert {key for key, figure in figures.items() if not figure["ratio"]} == without_peer
    assert "2026-11-23" in page.read_text()
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")]
    assert len(rows) == len(figures) + 2
    assert "lines, warm" in done.stdout
    assert "small pass" in done.stderr
