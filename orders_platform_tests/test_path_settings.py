"""Names of folders: those that Spark, its files and the readers without a JVM take alike, and those refused at once."""

from pathlib import Path

import pytest

from orders_platform.errors import SettingsError
from orders_platform.path_settings import FILES, JARS, need_folder
from orders_platform.settings import Settings

# each was written and read back by Spark and delta-rs
READABLE = (
    "plain", "with blanks ", "50%", "100%zz", "ação", "日本", "😀", "it's", 'so "called"', "-dash", "_", "a:b", "a;b", "a,b",
    "a&b", "a=b", "$a", "~a", "a+b", "a|b", "a<b>", "a(b)",
)  # fmt: skip
# tables may lie there; the reader of files takes them for patterns
PATTERNS = ("[v1]", "a{b,c}", "a*")
UNREADABLE = (
    "C#",
    "why?",
    "feature%2Forders",
    "My%20Orders",
    "back\\slash",
    "a`b",
    "two\nlines",
    "tab\t",
    "${HOME}",
    "\udce7",
)


@pytest.mark.parametrize("name", [*READABLE, *PATTERNS])
def test_tables_may_lie_below_most_names(name: str) -> None:
    assert Settings.from_env({"ORDERS_HOME": f"/data/{name}/shop"}).lake == f"/data/{name}/shop/lake"
    assert Settings.from_env({"ORDERS_LAKE": f"/data/{name}"}).lake == f"/data/{name}"


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("variable", ["ORDERS_HOME", "ORDERS_LAKE", "ORDERS_BACKUP"])
def test_a_name_that_is_not_read_as_it_was_written_is_refused_in_one_sentence(variable: str, name: str) -> None:
    """Nothing is started, nothing written; the sentence shows what a terminal could not."""
    with pytest.raises(SettingsError, match=rf"^{variable}: .* holds .*: name a folder without ") as refusal:
        Settings.from_env({variable: f"/data/{name}/shop"})

    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("name", READABLE)
def test_a_backup_may_lie_below_most_names(name: str) -> None:
    assert Settings.from_env({"ORDERS_BACKUP": f"/data/{name}"}).backup.place == f"/data/{name}"


@pytest.mark.parametrize("place", [*(f"/data/{name}" for name in PATTERNS), "abfss://b@shop.dfs.core.windows.net/[1]"])
def test_a_backup_that_looks_like_a_pattern_is_refused(place: str) -> None:
    """Spark would find nothing there, or another one's files as well, and say nothing."""
    with pytest.raises(SettingsError, match=r"^ORDERS_BACKUP: "):
        Settings.from_env({"ORDERS_BACKUP": place})


def test_a_folder_without_a_name_of_its_own_is_told_by_the_variable_that_gives_it_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "C#"
    clone.mkdir()
    monkeypatch.chdir(clone)

    with pytest.raises(SettingsError, match=r"^ORDERS_HOME: "):
        Settings.from_env({})

    assert Settings.from_env({"ORDERS_HOME": "/data"}).home == Path("/data")
    assert Settings.from_env({"ORDERS_LAKE": "orders_prod"}).lake == "orders_prod"


@pytest.mark.parametrize(("named", "meant"), [("./lake", "lake"), ("data/lake/", "data/lake")])
def test_a_lake_is_named_whole(tmp_path: Path, named: str, meant: str) -> None:
    """A run of the jobs service works in another folder than the shell that named it."""
    assert Settings.from_env({"ORDERS_LAKE": named}).lake == str(tmp_path / meant)


def test_an_option_is_held_to_the_same_names(tmp_path: Path) -> None:
    assert need_folder("--home", Path("here")) == tmp_path / "here"
    for names, name in ((FILES, "[v1]"), (JARS, "a,b")):
        with pytest.raises(SettingsError, match=r"^--home: "):
            need_folder("--home", tmp_path / name, names)
