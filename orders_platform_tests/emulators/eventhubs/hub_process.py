"""`hub serve` as users start it: a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE_S = 30
SERVE = [sys.executable, "-c", "from orders_platform.cli import main; main()", "hub", "serve"]
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).resolve().parents[3])}


class HubProcess:
    """Serves a data directory until left or killed."""

    def __init__(self, data: Path, *options: str) -> None:
        self._command = [*SERVE, "--data", str(data), *options]
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        """Start, and wait for the line that says it is ready."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        self.ready: dict[str, Any] = json.loads(line) if line else {}

    def kill(self) -> None:
        """kill -9, no farewell."""
        self._process.kill()
        self._process.communicate(timeout=PATIENCE_S)

    def stop(self) -> tuple[int, str, str]:
        """SIGTERM; exit code, rest of stdout, stderr."""
        self._process.terminate()
        out, err = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode, out, err

    @property
    def settings(self) -> dict[str, str]:
        """The environment that it printed."""
        return dict(self.ready["env"])
