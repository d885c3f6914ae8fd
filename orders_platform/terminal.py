r"""The terminal: sentences and tables for people. Nothing of the data steers it, and no digit of a number is cut.

Control characters, which a terminal obeys, are shown as escapes (`\x1b`), and a text is never read as markup.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import typer
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Words in a column narrower than this are no longer read: records are stacked instead.
_NARROWEST: Final = 20
_GAP: Final = 2


def printable(text: str) -> str:
    """The text with whatever a terminal would obey as escapes; line ends and tabs are kept."""
    return "".join(each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode() for each in text)


def in_one_line(text: str) -> str:
    """As `printable`, with line ends and tabs as escapes, too."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def clock(moment: datetime | str | None) -> str:
    """A moment, or its ISO 8601 text, in UTC to the second, like `2026-01-31 14:05:59`; nothing for None."""
    if moment is None:
        return ""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def say(text: str, *, err: bool = False) -> None:
    """Print a line for people; on stderr where `err`."""
    typer.echo(printable(text), err=err)


def say_json(value: object) -> None:
    """Print a value as one line of JSON, for programs; what JSON has no form for, as its text."""
    # json escapes what is not ASCII, and of ASCII all that a terminal obeys but this one
    typer.echo(json.dumps(value, default=str).replace("\x7f", "\\u007f"))


def show_table(
    names: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Collection[str] = (),
    title: str = "",
    console: Console | None = None,
) -> None:
    """Print rows under their names; where they do not fit the terminal words are folded, or else records are stacked.

    Numbers, and the columns named in `right`, stand at the right. A value is printed as `str` gives it, None as nothing; a Text
    keeps its style. Into a file or a pipe a table is as wide as it needs to be.
    """
    console = console or Console()
    values = list(rows)
    cells = [[_cell(value) for value in row] for row in values]
    columns = [
        _Column(in_one_line(name), [row[place] for row in cells], is_right=name in right or _are_numbers(values, place))
        for place, name in enumerate(names)
    ]
    if not console.is_terminal:
        console.width = max(console.width, sum(column.widest + _GAP for column in columns))
    if title:
        console.print(Text(printable(title), style="bold"), soft_wrap=True)
    spare = console.width - sum(column.narrowest + _GAP for column in columns)
    if spare >= 0:
        console.print(_grid(columns, spare))
    else:
        _stack(console, columns)


class _Column:
    def __init__(self, name: str, cells: Sequence[Text], *, is_right: bool) -> None:
        self.name, self.cells, self.is_right = name, cells, is_right
        self.widest = max(cell_len(name), *(cell.cell_len for cell in cells), 0)
        # a number, an id or a time is read whole or not at all
        is_whole = is_right or self.widest <= _NARROWEST or not any(" " in cell.plain for cell in cells)
        self.narrowest = self.widest if is_whole else max(_NARROWEST, cell_len(name))


def _cell(value: object) -> Text:
    if isinstance(value, Text):
        return value
    return Text("" if value is None else in_one_line(str(value)))


def _are_numbers(rows: Iterable[Sequence[object]], place: int) -> bool:
    told = [row[place] for row in rows if row[place] is not None]
    return bool(told) and all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in told)


def _grid(columns: Sequence[_Column], spare: int) -> Table:
    """The columns as wide as they are, those of words as far as what is `spare` reaches."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
    for column in columns:
        # said, since a table that is given too little room takes it from the widest column until nothing of that is left
        width = min(column.widest, column.narrowest + spare)
        spare -= width - column.narrowest
        grid.add_column(Text(column.name), justify="right" if column.is_right else "left", width=width, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        grid.add_row(*row)
    return grid


def _stack(console: Console, columns: Sequence[_Column]) -> None:
    """A record a block, a value a line, as psql shows it expanded."""
    label = max(cell_len(column.name) for column in columns)
    for number, row in enumerate(zip(*(column.cells for column in columns), strict=True), start=1):
        console.print(Text(f"row {number}", style="dim"), soft_wrap=True)
        for column, cell in zip(columns, row, strict=True):
            console.print(Text.assemble("  ", column.name, " " * (label - cell_len(column.name) + 2), cell), soft_wrap=True)
