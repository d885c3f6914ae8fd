"""Files of a lake that are empty, cut or gone: a sentence names the file and the verb, and the verb makes the table well."""

import errno
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession
from typer.testing import CliRunner, Result

from orders_platform.cli import app
from orders_platform.errors import EnvironmentFault, PassRefused
from orders_platform.lakehouse.carry_out import carry_out
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.damage import damage_told, lake_damage
from orders_platform.lakehouse.log_repair import leave_out_broken_checkpoints, opened_again
from orders_platform.lakehouse.work import Work
from orders_platform.serving.lake_source import LakeSource
from orders_platform.serving.source import TableAway
from orders_platform.settings import Settings
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.lakehouse.damaged import Damage, emptied, gone, halved, log_of, newest, zeroed
from orders_platform_tests.oracle.lake import rows
from orders_platform_tests.small_lake import a_right_lake, rewrite

pytestmark = [pytest.mark.faults]
KEY = "gold.daily_sales"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake without Spark; gold.daily_sales has versions 0 to 3."""
    lake = a_right_lake(tmp_path_factory.mktemp("template"), [body(an_event("o1")), body(an_event("o2"))])
    for _ in range(3):
        rewrite(lake, KEY, list)
    return lake


@pytest.fixture
def small(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "small"))


RESTORE_2 = f"`orders-platform tables restore {KEY} --version 2` sets it aside"
RESTORE_1 = f"`orders-platform tables restore {KEY} --version 1` sets it aside"
RESET = f"`orders-platform tables reset {KEY}` sets the table aside, and the next pass makes it anew"


@pytest.mark.parametrize(
    ("damage", "said", "way_out"),
    [
        (lambda log: emptied(newest(log)), "is empty", RESTORE_2),
        (lambda log: halved(newest(log)), "is cut or overwritten", RESTORE_2),
        (lambda log: zeroed(newest(log)), "is cut or overwritten", RESTORE_2),
        (lambda log: emptied(log / f"{2:020}.json"), "is empty", RESTORE_1),
        (lambda log: gone(log / f"{2:020}.json"), "is missing", RESTORE_1),
        (lambda log: emptied(log / f"{1:020}.json"), "is empty", RESET),
        (lambda log: gone(log / f"{0:020}.json"), "is missing", RESET),
    ],
)  # fmt: skip
def test_a_damaged_log_is_told_by_table_file_and_way_out(small: Path, damage: Damage, said: str, way_out: str) -> None:
    """An empty commit in the middle is what Delta itself takes for one that changed nothing."""
    assert lake_damage(str(small)) == []

    path = damage(log_of(small, KEY))

    [sentence] = lake_damage(str(small))
    assert sentence.startswith(f"{KEY} cannot be read: {path} {said}: {way_out}")


def test_a_log_that_is_gone_is_told(small: Path) -> None:
    shutil.rmtree(log_of(small, KEY))

    [sentence] = lake_damage(str(small))

    assert sentence.startswith(f"{KEY} cannot be read: {log_of(small, KEY)} is empty or gone")
    assert sentence.endswith(RESET)


def test_what_a_creation_leaves_that_was_cut_off_is_no_damage(small: Path) -> None:
    """As on a full disk: the next pass makes the table."""
    shutil.rmtree(small / "gold" / "daily_sales")
    log_of(small, KEY).mkdir(parents=True)

    assert lake_damage(str(small)) == []


def test_a_full_disk_is_told_as_such_whatever_it_has_left_half_written(small: Path) -> None:
    emptied(newest(log_of(small, KEY)))

    def writes() -> SparkSession:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(EnvironmentFault, match="the disk is full: make room"):
        list(carry_out(Work("maintain"), writes, Settings.from_env({"ORDERS_LAKE": str(small)})))


@pytest.mark.parametrize(
    ("damage", "said"), [(gone, "is gone"), (emptied, "has 0 bytes of "), (halved, "bytes of ")], ids=["gone", "empty", "cut"]
)
@pytest.mark.parametrize("key", ["bronze.order_events", KEY])
def test_a_file_of_data_that_is_not_as_the_log_says_is_told(small: Path, key: str, damage: Damage, said: str) -> None:
    """Nothing else would ever open an old file of bronze."""
    folder = log_of(small, key).parent
    path = damage(folder / DeltaTable(folder).file_uris()[0].rpartition("/")[2])

    [sentence] = lake_damage(str(small))

    assert sentence.startswith(f"{key} is damaged: {path} {said}" if said != "bytes of " else f"{key} is damaged: {path} has ")
    assert f"`orders-platform tables reset {key}`" in sentence


def test_a_fault_that_nobody_put_into_words_is_told_by_the_file_behind_it(small: Path) -> None:
    for uri in DeltaTable(small / "gold" / "daily_sales").file_uris():
        Path(uri.removeprefix("file://")).unlink()

    with pytest.raises(PassRefused, match=r"gold\.daily_sales is damaged: .*parquet is gone"), damage_told(str(small)):
        raise RuntimeError("a trace of Spark's, a page long")


def test_a_fault_of_a_lake_that_is_whole_stays_what_it_is(small: Path) -> None:
    with pytest.raises(RuntimeError, match="no file's fault"), damage_told(str(small)):
        raise RuntimeError("no file's fault")


@pytest.mark.parametrize("damage", [emptied, halved, gone])
def test_a_checkpoint_that_is_damaged_is_left_out_where_the_commits_say_the_same(small: Path, damage: Damage) -> None:
    table = small / "gold" / "daily_sales"
    DeltaTable(table).create_checkpoint()
    damage(next(log_of(small, KEY).glob("*.checkpoint.parquet")))
    [sentence] = lake_damage(str(small))

    leave_out_broken_checkpoints(small, table)

    assert "run a pass, which sets it aside" in sentence
    assert lake_damage(str(small)) == []
    assert rows(small, KEY) != []
    assert len(list((small / "_set_aside" / KEY).iterdir())) >= 1


def test_what_a_writer_removes_while_its_log_is_looked_at_is_no_damage(small: Path) -> None:
    """Listed, and gone when it is opened, as links are that lead nowhere."""
    log = log_of(small, KEY)
    for version in (0, 1):
        DeltaTable(small / "gold" / "daily_sales", version=version).create_checkpoint()
    DeltaTable(small / "gold" / "daily_sales").create_checkpoint()
    newest_is_named = (log / "_last_checkpoint").read_text()
    oldest = log / f"{0:020}.checkpoint.parquet"
    for file in (oldest, log / f"{0:020}.json"):
        file.unlink()
        file.symlink_to("nowhere")

    assert lake_damage(str(small)) == []

    (log / "_last_checkpoint").write_text(newest_is_named.replace('"version":3', '"version":0'))
    oldest.unlink()

    assert lake_damage(str(small)) == []


@pytest.mark.parametrize("damage", [emptied, halved])
def test_a_log_with_a_damaged_commit_opens_again_and_its_version_is_taken_for_good(small: Path, damage: Damage) -> None:
    """Whoever has read the lost version goes on behind it: no other commit may bear its number."""
    table = small / "gold" / "daily_sales"
    path = damage(newest(log_of(small, KEY)))

    with opened_again(small, table):
        opened = DeltaTable(table)

    assert (opened.version(), opened.history(1)[0]["operation"]) == (3, "REPAIR LOG")
    assert lake_damage(str(small)) == []
    assert [file.name.rpartition(".")[0] for file in (small / "_set_aside" / KEY).iterdir()] == [path.name]


def test_a_log_whose_restore_fails_is_as_damaged_as_it_was(small: Path) -> None:
    """Opened and not restored it would lack rows, and nobody would say so."""
    emptied(newest(log_of(small, KEY)))
    before = lake_damage(str(small))

    with pytest.raises(PassRefused), opened_again(small, small / "gold" / "daily_sales"):
        raise PassRefused("the version lacks files")

    assert lake_damage(str(small)) == before != []


def typed(lake: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("ORDERS_LAKE", str(lake))
    return CliRunner().invoke(app, list(words))


def test_tables_shows_those_that_can_be_read_and_tells_of_those_that_cannot(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emptied(newest(log_of(small, KEY)))
    key = "silver.orders"
    gone(next(log_of(small, key).parent.glob("*.parquet")))

    done = typed(small, monkeypatch, "tables", "--json")

    states = {state["table"]: state for state in json.loads(done.stdout)}
    assert sorted({*BY_KEY} - {*states}) == [KEY]
    assert isinstance(done.exception, PassRefused)
    assert f"{KEY} cannot be read" in str(done.exception)
    assert f"{key} is damaged" in str(done.exception)


def test_sql_answers_from_what_can_be_read_and_tells_of_what_cannot(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of the ledger's and the audit's files, which a power cut leaves empty."""
    emptied(newest(log_of(small, KEY)))
    entries = [small / "ops" / "ledger" / "2026-01-05" / "p1.json", small / "ops" / "audit" / "2026-01-05" / "a.begun.json"]
    for entry in entries:
        entry.parent.mkdir(parents=True)
        entry.write_bytes(b"")

    done = typed(
        small, monkeypatch, "sql", "--json", "select count(*) as n from silver.orders union all select 0 from ops.ledger"
    )

    assert json.loads(done.stdout) == [{"n": 2}]
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == [KEY, *map(str, entries)]


def test_sql_over_a_file_that_is_gone_names_it_and_the_way_out(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = gone(next(log_of(small, "silver.orders").parent.glob("*.parquet")))

    done = typed(small, monkeypatch, "sql", "select * from silver.orders")

    assert isinstance(done.exception, PassRefused)
    assert f"silver.orders is damaged: {path} is gone" in str(done.exception)


def test_history_shows_the_versions_before_the_damage_by_their_own_numbers(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emptied(log_of(small, KEY) / f"{2:020}.json")

    done = typed(small, monkeypatch, "tables", "history", KEY, "--json")

    assert [version["version"] for version in json.loads(done.stdout)] == [1, 0]


def test_the_room_takes_no_damaged_table_for_one_with_fewer_rows(small: Path) -> None:
    emptied(newest(log_of(small, KEY)))

    with LakeSource(str(small)).look() as ask, pytest.raises(TableAway, match=r"gold\.daily_sales cannot be read just now"):
        ask("newest_day", {"today": date(2026, 1, 1)})
