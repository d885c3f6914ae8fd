"""What all tests share: one Spark, a place to write, reproducible random cases."""

import contextlib
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import hypothesis.configuration
import pytest

from orders_platform_tests.scheduling import WarmScheduling

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[1]
# what tools keep beside the code, and git ignores
OF_TOOLS = {".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache", "__pycache__", ".git", ".venv"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

hypothesis.configuration.set_hypothesis_home_dir(ROOT / ".hypothesis")
# a deadline would fail a test for a busy machine; the blob repeats a failure on another one
hypothesis.settings.register_profile("local", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", parent=hypothesis.settings.get_profile("local"), database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Random cases follow one seed, told below, and no test writes into the clone."""
    # a shell without job control has us ignore it, and Dagster then ignores SIGTERM as well, with all that a test starts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # for the JVMs of what tests start: none lives long enough to win back what the second compiler takes. The first alone gets a
    # fifth of the usual room for its code; a Spark that has filled it stops
    os.environ.setdefault("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m")
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(random.SystemRandom().randrange(2**32))
    sys.addaudithook(_refuse_writing_here)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first, file by file: a long file that comes last would keep one process busy and the other waiting."""
    slow = {item.path for item in items if item.get_closest_marker("spark")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WarmScheduling:
    """What shares a warm Spark, or a warm jobs service, stays in one process."""
    return WarmScheduling(config, log)


def pytest_report_header(config: pytest.Config) -> str:
    """How to repeat a run."""
    return f"random cases: repeat them with --hypothesis-seed={config.option.hypothesis_seed}"


def _refuse_writing_here(event: str, args: tuple[object, ...]) -> None:
    if (
        event != "open"
        or not isinstance(args[2], int)
        or not args[2] & WRITING
        or not isinstance(args[0], str | bytes | os.PathLike)
    ):
        return
    path = Path(os.path.abspath(os.fsdecode(args[0])))  # noqa: PTH100  resolve would follow links, at each open
    if path.is_relative_to(ROOT) and not _of_a_tool(path.relative_to(ROOT)):
        raise PermissionError(f"a test may not write into the clone: {path}; use tmp_path")


def _of_a_tool(path: Path) -> bool:
    # pytest makes its cache aside, under this name, and renames it
    return bool(OF_TOOLS & set(path.parts)) or (path.parts[:1] != () and path.parts[0].startswith("pytest-cache-files-"))


@pytest.fixture(autouse=True)
def _away_from_the_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths, such as the default home, lead to this test's own folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of a test's random choices; that of the whole run, which its header names."""
    return int(request.config.option.hypothesis_seed)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    """One Spark with Delta for all tests of this process; each test uses folders of its own."""
    from orders_platform.lakehouse.session import local_session

    # Java writes into the folder that it was started in; this one lives as long as all tests
    with contextlib.chdir(tmp_path_factory.mktemp("spark")), pytest.MonkeyPatch.context() as environment:
        environment.delenv("SPARK_SUBMIT_OPTS")
        session = local_session()
    yield session
    session.stop()
