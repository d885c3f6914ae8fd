"""A shop as the README's reader has it: a hub that the README's own command serves, and a terminal that knows it."""

import json
import shlex
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orders_platform_tests.clean_environment import clean_environment
from orders_platform_tests.docs.markdown import Markdown

README_PORTS = {"5672": "amqp", "9092": "kafka"}
SECONDS = 400


@dataclass(frozen=True, slots=True)
class Terminal:
    """A shell in a folder of its own, with the environment's programs first on its path.

    Attributes:
        ports: where the hub really listens, by the port that the README names.
    """

    folder: Path
    ports: dict[str, str]

    @property
    def lake(self) -> Path:
        """The tables that its commands fill."""
        return self.folder / ".orders" / "lake"

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Type the script; it ends at the first command that fails."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.at_its_ports(script)],
            cwd=self.folder,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def at_its_ports(self, script: str) -> str:
        """The script, with the hub's real ports in place of the README's."""
        for told, real in self.ports.items():
            script = script.replace(f"127.0.0.1:{told}", f"127.0.0.1:{real}")
        return script


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """The second terminal; in the first one the README's hub runs, on free ports."""
    folder = tmp_path_factory.mktemp("reader")
    with subprocess.Popen(_on_free_ports(serve_command()), cwd=folder, env=clean_environment(), stdout=subprocess.PIPE) as hub:
        assert hub.stdout
        told = json.loads(hub.stdout.readline())
        yield Terminal(folder, {port: str(told[face]) for port, face in README_PORTS.items()})
        hub.send_signal(signal.SIGINT)
        assert hub.wait(SECONDS) == 0


@pytest.fixture(scope="module")
def walked(terminal: Terminal) -> Terminal:
    """After all that the README tells to type in the second terminal."""
    done = terminal.run(hub_script())
    assert done.returncode == 0, done.stdout + done.stderr
    return terminal


def serve_command() -> str:
    """What the README tells to type in the first terminal."""
    return next(command for command in Markdown.read("README.md").shell_commands if " serve" in command)


def hub_script() -> str:
    """What the README tells to type in the second terminal."""
    return next(script for script in Markdown.read("README.md").scripts if "export " in script)


def _on_free_ports(command: str) -> list[str]:
    return ["0" if word in README_PORTS else word for word in shlex.split(command)]
