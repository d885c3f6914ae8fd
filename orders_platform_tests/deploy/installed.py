"""The wheel, built of what git knows, in an environment of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("orders_platform", "pyproject.toml", "setup.cfg", "README.md", "LICENSE")


def installed(folder: Path, extra: str = "") -> Path:
    """The environment, with the dependencies of `extra`, like "[squad]", in the versions of the lock."""
    _copy_tracked_files(folder / "source")
    build = ("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir")
    _run(sys.executable, "-m", *build, str(folder), str(folder / "source"))
    [wheel] = folder.glob("*.whl")
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    into = ("--python", str(folder / "venv"), "--constraint", str(ROOT / "requirements.lock"))
    _run(sys.executable, "-m", "uv", "pip", "install", "--quiet", *into, f"{wheel}{extra}")
    return folder / "venv"


def packages_in(environment: Path) -> set[str]:
    """Names of what was installed."""
    return {path.name.partition("-")[0] for path in environment.glob("lib/*/site-packages/*.dist-info")}


def _copy_tracked_files(target: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "-z", *SOURCES], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, tracked.stdout.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
