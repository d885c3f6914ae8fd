"""The quarantine listed and one message shown, read without Spark."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from orders_platform.cli import app
from orders_platform.errors import InputError
from orders_platform_tests.builders import an_event, body, with_data
from orders_platform_tests.small_lake import write

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
GENERATION = "orders-1"
Run = Callable[..., Result]


def a_row(number: int, *reasons: str, generation: str = GENERATION, **more: Any) -> dict[str, Any]:
    return {
        "generation": generation,
        "partition": 0,
        "sequence_number": number,
        "enqueued_at": NOON + timedelta(hours=number),
        "order_id": f"o{number}",
        "value": body(with_data(an_event(f"o{number}"), total_minor=1, customer_ref="c-77")),
        "reasons": list(reasons),
        "attempt": 1,
        "quarantined_at": NOON + timedelta(hours=number, minutes=1),
        **more,
    }


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    rows = [
        a_row(0, "total_matches"),
        a_row(1, "total_matches", "id_matches"),
        a_row(2, "well_formed", value=b"no JSON", order_id=None),
        a_row(3, "currency_iso", released_at=NOON + timedelta(days=1)),
        a_row(0, "known_type", generation="orders-2", order_id="[red]o\x1b[2J"),
    ]
    write(tmp_path / "lake", "silver.quarantine", rows)
    return tmp_path / "lake"


@pytest.fixture
def run(lake: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ORDERS_LAKE", str(lake))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(app, ["quarantine", *words])


def listed(run: Run, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("list", "--json", *words).stdout)
    return told


def test_counts_by_reason_come_first_and_what_was_let_back_in_is_left_out(run: Run) -> None:
    told = listed(run)

    assert told["counts"] == {"total_matches": 2, "id_matches": 1, "known_type": 1, "well_formed": 1}
    assert next(iter(told["counts"])) == "total_matches"
    assert told["messages"] == 4
    assert [row["position"] for row in told["rows"]] == ["0:2@orders-1", "0:1@orders-1", "0:0@orders-1", "0:0@orders-2"]


@pytest.mark.parametrize(
    ("words", "positions"),
    [
        (("--reason", "id_matches", "--reason", "well_formed"), ["0:2@orders-1", "0:1@orders-1"]),
        (("--from", "2026-01-05T13:00", "--to", "2026-01-05T14:00"), ["0:1@orders-1"]),
        (("--released", "--from", "2026-01-05T14:30"), ["0:3@orders-1"]),
        (("--limit", "1"), ["0:2@orders-1"]),
        (("--to", "2026-01-05"), []),
    ],
)
def test_a_selection_finds_its_messages(run: Run, words: tuple[str, ...], positions: list[str]) -> None:
    assert [row["position"] for row in listed(run, *words)["rows"]] == positions


def test_people_read_counts_then_messages_and_nothing_of_a_body(run: Run) -> None:
    told = run("list").stdout

    assert told.index("id_matches") < told.index("0:2@orders-1")
    assert "[red]o\\x1b[2J" in told
    assert "c-77" not in told


def test_a_lake_without_a_quarantine_has_nothing_in_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_LAKE", str(tmp_path / "none"))

    assert run("list").stdout == "0 messages\n"


def test_a_message_is_shown_with_its_reasons_in_words_and_what_to_do(run: Run) -> None:
    english, portuguese = run("show", "0:1").stdout, run("show", "0:1", "--language", "pt-BR").stdout

    assert "id is the UUIDv5 of order_id:order_version" in english
    assert "id é o UUIDv5 de order_id:order_version" in portuguese
    assert english.count("--repair total_from_lines") == portuguese.count("--repair total_from_lines") == 1
    assert '"order_id": "o1"' in english
    assert "c-77" not in english
    assert "c-77" in run("show", "0:1", "--personal").stdout


def test_a_message_is_found_by_any_spelling_of_the_hubs_name(run: Run, lake: Path) -> None:
    """A lake may hold one hub's messages under two spellings."""
    rows = [
        a_row(number, "total_matches", generation=name) for number, name in ((0, "orders-1"), (0, "Orders-1"), (7, "Orders-1"))
    ]
    write(lake, "silver.quarantine", rows)

    told = {at: json.loads(run("show", at, "--json").stdout) for at in ("0:0@orders-1", "0:0@Orders-1", "0:7@orders-1", "0:7")}

    assert [each["position"] for each in told.values()] == ["0:0@orders-1", "0:0@Orders-1", "0:7@Orders-1", "0:7@Orders-1"]


@pytest.mark.parametrize(
    ("position", "said"),
    [
        ("0:9", "nothing is set aside at 0:9"),
        ("0:0", "of several hubs: say 0:0@orders-"),
        ("9", "no position"),
    ],
)
def test_a_position_that_names_no_message_is_told(run: Run, position: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        raise run("show", position).exception or AssertionError


def test_what_is_shown_to_programs_is_covered_as_well(run: Run) -> None:
    told = json.loads(run("show", "0:1@orders-1", "--json").stdout)

    assert "c-77" not in told["body"]
    assert [each["rule"] for each in told["why"]] == ["total_matches", "id_matches"]
    assert told["tries"] == []
