"""The squad's guide as its reader has it: its scripts in their order, and what they say where they are typed."""

import json
import subprocess
from pathlib import Path

from orders_platform_tests.clean_environment import clean_environment
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.local.up_process import Up

ENGLISH = Markdown.read("docs/en/squad.md")
START, *SCRIPTS = ENGLISH.scripts


def typed(up: Up, script: str, folder: Path) -> str:
    """What a script says in a folder beside an `up`; it must end well."""
    api = up.told["squad"]["api"]
    env = clean_environment() | {
        "ORDERS_HOME": str(up.home),
        "ORDERS_DATABASE_URL": up.told["squad"]["env"]["ORDERS_DATABASE_URL"],
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("http://127.0.0.1:8000", api)],
        cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, f"{script}\n{json.dumps(done.stdout[-2000:])}\n{done.stderr[-2000:]}"
    return done.stdout
