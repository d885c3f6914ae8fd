"""The audit tells who did what by hand, when, why, and how it ended; it is only ever added to, and keeps no secret."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orders_platform.cli import app
from orders_platform.errors import EnvironmentFault, PassRefused
from orders_platform.lakehouse.audit import Action, Entry, acting, read, user
from orders_platform.lakehouse.quarantine.asked import Release, Selection
from orders_platform.lakehouse.work import Work

ACTION = Action("ana", "restore", {"table": "gold.daily_sales", "version": 3}, "a wrong day")


def told(lake: Path) -> list[Entry]:
    return list(read(str(lake)))


def test_an_action_is_entered_with_who_what_when_why_and_its_end(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    with acting(str(tmp_path), ACTION):
        [at_work] = told(tmp_path)

    [entry] = told(tmp_path)
    assert (at_work.outcome, at_work.ended_at) == ("unfinished", None)
    assert (entry.who, entry.action, entry.why, entry.outcome) == ("ana", "restore", "a wrong day", "done")
    assert json.loads(entry.arguments) == ACTION.arguments
    assert entry.ended_at
    assert before <= entry.begun_at <= entry.ended_at


def test_how_it_failed_is_entered_and_the_fault_goes_on(tmp_path: Path) -> None:
    with pytest.raises(PassRefused), acting(str(tmp_path), ACTION):
        raise PassRefused("another pass is at work")

    assert [entry.outcome for entry in told(tmp_path)] == ["PassRefused: another pass is at work"]


def test_what_somebody_stopped_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), acting(str(tmp_path), ACTION):
        raise KeyboardInterrupt

    assert [entry.outcome for entry in told(tmp_path)] == ["stopped"]


def test_no_file_is_written_a_second_time(tmp_path: Path) -> None:
    with acting(str(tmp_path), ACTION):
        first = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    with acting(str(tmp_path), ACTION):
        pass

    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    assert first.items() <= files.items()
    assert (len(first), len(files)) == (1, 4)
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.parametrize(
    "secret",
    [
        "https://shop.blob.core.windows.net/c?sv=1&sig=HIDDEN",
        "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=HIDDEN",
        "postgresql://ana:HIDDEN@host/db",
        "token: HIDDEN",
    ],
)
def test_no_secret_is_kept(tmp_path: Path, secret: str) -> None:
    with pytest.raises(PassRefused), acting(str(tmp_path), Action("ana", "replay", {"capture": secret}, secret)):
        raise PassRefused(secret)

    assert "HIDDEN" not in "".join(path.read_text() for path in tmp_path.rglob("*.json"))


def test_an_action_that_cannot_be_entered_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file")

    with pytest.raises(EnvironmentFault, match="cannot be written"), acting(str(tmp_path / "lake"), ACTION):
        raise AssertionError


def test_of_a_corrected_body_only_what_proves_it_is_told() -> None:
    release = Release(Selection(positions=("0:1",)), "w", body=b"Ana")

    assert release.told == {
        "positions": ("0:1",),
        "body_sha256": "dea210f058b407db5c1b5ea89b2e42a57221c003dba55e2f1776a75a3254d386",
    }


def test_what_is_done_by_hand_is_known() -> None:
    by_hand = [Work(mode) for mode in ("release", "rebuild", "replay")]
    dry = Work("release", release=Release(Selection(("known_type",)), "w", dry_run=True))

    assert [work.is_by_hand for work in (*by_hand, Work(asked_by="ana"))] == [True] * 4
    assert [work.is_by_hand for work in (Work(), Work("maintain"), Work("totals"), Work("backup", asked_by="a"), dry)] == [
        False
    ] * 5


def test_the_audit_is_a_table_of_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_LAKE", str(tmp_path / "lake"))
    empty = CliRunner().invoke(app, ["sql", "--json", "select * from ops.audit"])
    with acting(str(tmp_path / "lake"), Action(user(), "pass")):
        pass

    found = CliRunner().invoke(app, ["sql", "--json", "select who, action, outcome from ops.audit"])

    assert json.loads(empty.stdout) == []
    assert json.loads(found.stdout) == [{"who": user(), "action": "pass", "outcome": "done"}]


def test_a_question_stays_as_somebody_asked_it(tmp_path: Path) -> None:
    with acting(str(tmp_path), Action("ana", "release", {}, "wrong totals? the squad says so")):
        pass

    assert [entry.why for entry in told(tmp_path)] == ["wrong totals? the squad says so"]
