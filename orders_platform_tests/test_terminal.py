"""What reaches a terminal: whole numbers, and nothing that steers it."""

import io
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from rich.console import Console
from rich.text import Text

from orders_platform.terminal import clock, in_one_line, printable, say, say_json, show_table

NAMES = ("order_date", "country", "currency", "orders", "cancellations", "gross_minor", "cancelled_minor", "net_minor")
ROW = ("2019-02-28", "United Kingdom", "GBP", 1234, 56, 789_012_345_678, 12_345, Decimal(788999999999))


def shown(names: tuple[str, ...], *rows: tuple[object, ...], width: int = 200, terminal: bool = True) -> str:
    console = Console(width=width, file=io.StringIO(), force_terminal=terminal, color_system=None, legacy_windows=False)
    show_table(names, rows, console=console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_no_value_is_cut_however_narrow_the_terminal(width: int) -> None:
    told = shown(NAMES, ROW, width=width)

    assert [str(value) for value in ROW if str(value) not in told] == []


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    told = shown(NAMES, ROW, width=width)

    assert max(map(len, told.splitlines())) <= width


def test_a_table_that_does_not_fit_is_told_record_by_record() -> None:
    told = shown(NAMES, ROW, ROW, width=40)

    assert told.count("net_minor") == 2
    assert told.splitlines()[0] == "row 1"


def test_a_pipe_gets_a_record_a_line_whatever_its_width() -> None:
    told = shown(NAMES, ROW, width=40, terminal=False)

    assert [str(value) in told.splitlines()[-1] for value in ROW] == [True] * len(ROW)


def test_long_words_are_folded_before_numbers_are_torn_apart() -> None:
    told = shown(("what", "much"), ("word " * 40, 123_456_789), width=60)

    assert "123456789" in told
    assert "row 1" not in told


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("width", [80, 100, 132, 200])
def test_no_column_is_left_out_beside_a_long_text(width: int, *, terminal: bool) -> None:
    words = [f"word{number}" for number in range(30)]

    told = shown(NAMES, ("2019-02-28", " ".join(words), *ROW[2:]), ROW, width=width, terminal=terminal)

    assert [each for each in (*NAMES, *words, *map(str, ROW)) if each not in told] == []
    assert not terminal or told.startswith("row 1") or max(map(len, told.splitlines())) <= width


def test_numbers_stand_at_the_right_and_texts_at_the_left() -> None:
    lines = shown(("n", "order"), (1, "536365"), (100, "x")).splitlines()

    assert [line.rstrip() for line in lines[2:]] == ["  1  536365", "100  x"]


@pytest.mark.parametrize("markup", ["[/red]", "[red]x[/]", ":smile:", "[link=http://x]y[/link]", "\\[x"])
def test_data_is_never_read_as_markup(markup: str) -> None:
    assert markup in shown(("country",), (markup,))
    assert markup in shown((markup,), ("x",))


@pytest.mark.parametrize("steering", ["\x1b[31m", "\x00", "\x9b31m", "\x7f", "\r", "\x07", "\u202e", "\u2028", "\ud800"])
def test_what_a_terminal_obeys_is_shown_as_an_escape(steering: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(f"a{steering}b")
    say_json(f"a{steering}b")
    told = capsys.readouterr().out + shown((f"a{steering}b",), (f"a{steering}b",)) + shown(NAMES, (steering,) * 8, width=30)

    assert steering not in told
    assert printable(steering) in told


def test_a_value_of_several_lines_stays_in_its_row() -> None:
    assert in_one_line("a\nb\tc\x1b") == "a\\nb\\tc\\x1b"
    assert "a\\nb" in shown(("x",), ("a\nb",))


def test_a_style_of_ours_stays() -> None:
    console = Console(width=80, file=io.StringIO(), force_terminal=True, color_system="standard")
    show_table(("checks",), [(Text.from_markup("[green]1 passed[/]"),)], console=console)

    assert isinstance(console.file, io.StringIO)
    assert "\x1b[32m1 passed" in console.file.getvalue()


def test_moments_are_told_in_utc_to_the_second() -> None:
    moment = datetime(2026, 1, 31, 23, 5, 59, 999_999, timezone(timedelta(hours=-3)))

    assert clock(moment) == clock(moment.isoformat()) == "2026-02-01 02:05:59"
    assert clock(None) == ""


def test_a_table_without_rows_or_columns_is_no_fault() -> None:
    assert "a" in shown(("a",))
    assert shown(()).strip() == ""
