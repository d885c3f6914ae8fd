"""What `demo`, `up` and the pipeline refuse before anything starts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from orders_platform.cli import app
from orders_platform.errors import SettingsError


def refusal(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, SettingsError), done.output
    return str(done.exception)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The verbs change it for their children."""
    monkeypatch.setenv("ORDERS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORDERS_LAKE", "")


@pytest.mark.parametrize("verb", ["demo", "up"])
def test_a_zone_that_java_does_not_know(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pass would fail while all pages look well."""
    monkeypatch.setenv("ORDERS_TIMEZONE", "ROC")

    assert "Asia/Taipei has the same time now" in refusal(verb)
    assert not (tmp_path / "home" / "logs").exists()


@pytest.mark.parametrize(
    "words",
    [("demo", "--home", "C#"), ("up", "--home", "C#"), ("up", "--home", "[v1]", "--backup", "folder")],
    ids=["demo", "up", "a backup"],
)
def test_a_home_whose_files_nobody_could_read(words: tuple[str, ...], tmp_path: Path) -> None:
    assert words[2] in refusal(*words)
    assert list(tmp_path.iterdir()) == []


def test_a_home_in_which_the_pipelines_catalog_would_not_find_its_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Spark makes the folder of its first database under another name, beside the one that it is asked for."""
    monkeypatch.setenv("ORDERS_HOME", str(tmp_path / "My Orders"))

    assert refusal("pipeline", "run").startswith("ORDERS_HOME: ")
