"""Libraries' words go to a file, ours to people."""

import os
from pathlib import Path

import pytest

from orders_platform.local.quiet import stderr_kept_in


def test_what_others_write_to_stderr_is_kept_and_ours_is_seen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Even what a child or the JVM writes to the descriptor itself."""
    with stderr_kept_in(tmp_path / "spark.log") as people:
        os.write(2, b"WARN noise\n")
        people.write("progress\n")
    os.write(2, b"afterwards\n")

    assert (tmp_path / "spark.log").read_text() == "WARN noise\n"
    assert capfd.readouterr().err == "progress\nafterwards\n"
