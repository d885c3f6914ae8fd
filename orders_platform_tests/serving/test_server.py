"""The control room's server, as it says that it is ready."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest


@pytest.mark.integration
def test_the_page_answers_at_the_address_that_is_told(tmp_path: Path) -> None:
    """Also below a path, which Streamlit's own setting gives it for a proxy that has other pages beside it."""
    command = [sys.executable, "-m", "orders_platform", "room", "serve", "--port", "0"]
    environment = os.environ | {"ORDERS_HOME": str(tmp_path), "STREAMLIT_SERVER_BASE_URL_PATH": "shop/room"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            address = json.loads(line)["room"]
            assert address.endswith("/shop/room")
            with urllib.request.build_opener().open(f"{address}/_stcore/health", timeout=10) as answer:
                assert answer.read() == b"ok"
        finally:
            process.terminate()
            assert process.wait(20) == 0
