"""The environment of a reader's shell: this process's, without settings of ours."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def without_settings() -> dict[str, str]:
    """What is left without `ORDERS_...`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ORDERS_")}


def clean_environment() -> dict[str, str]:
    """The same, with the programs beside this Python first on the path, and the tree's code."""
    kept = without_settings()
    return {**kept, "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}", "PYTHONPATH": str(ROOT)}
