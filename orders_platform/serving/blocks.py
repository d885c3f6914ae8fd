"""Figures and tables as HTML: numbers stand in columns, and every text from outside is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal
from unicodedata import category

Mood = Literal["good", "warn", "bad", "none"]
# longer names are cut on the page
_SHORT: Final = 60
# what makes one sign of several, or parts words and lines
_HARMLESS_CONTROLS: Final = frozenset("\u200c\u200d\t\n\r")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it is, and a note below it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a table.

    Attributes:
        bar: how far the bar below it goes, as a share of the widest; None: it has none.
        hint: shown when the pointer rests on it.
        below: lines under it, less loud.
        link: an address that its text leads to.
    """

    text: str
    mood: Mood | None = None
    bar: float | None = None
    hint: str = ""
    below: Sequence[str] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand on the right."""

    title: str
    is_number: bool = False


def heading(title: str, note: str = "") -> str:
    """A section's title, and what its numbers are."""
    below = f'<p class="room-note">{escape(note)}</p>' if note else ""
    return _room(f'<h2 class="room-title">{escape(title)}</h2>{below}')


def head(title: str, chip: str, note: str, *, old: str, patience: float) -> str:
    """The page's first line. Where no other comes in its place for so many seconds, the page turns grey and `old` is said."""
    grows_old = f'style="animation-delay: {patience:.0f}s"'
    return _room(
        f'<div class="room-head"><h1>{escape(title)}</h1><span class="room-chip">{escape(chip)}</span>'
        f'<span class="room-quiet">{escape(note)}</span><span class="room-old" {grows_old}>{escape(old)}</span></div>'
        f'<div class="room-veil" {grows_old}></div>'
    )


def state(told: Iterable[tuple[Mood, str]]) -> str:
    """The platform's state in a line."""
    return _room(f'<div class="room-state">{"".join(f"<span>{_dot(mood)}{escape(text)}</span>" for mood, text in told)}</div>')


def figures(of: Iterable[Figure]) -> str:
    """Numbers side by side."""
    return _room(f'<div class="room-figures">{"".join(map(_figure, of))}</div>')


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, is_long: bool = False) -> str:
    """A table; on a phone it scrolls in itself, and so does a long one anywhere."""
    box = "room-scroll room-long" if is_long else "room-scroll"
    titles = "".join(f"<th{_side(column)}>{escape(column.title)}</th>" for column in columns)
    lines = "".join(
        f"<tr>{''.join(f'<td{_side(column)}>{_cell(cell)}</td>' for column, cell in zip(columns, row, strict=True))}</tr>"
        for row in rows
    )
    return _room(f'<div class="{box}"><table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>')


def code(text: str) -> str:
    """Text whose lines stand as they are."""
    return _room(f'<pre class="room-code">{escape(text)}</pre>')


def _room(inner: str) -> str:
    return f'<div class="room">{inner}</div>'


def _figure(figure: Figure) -> str:
    return (
        f'<div class="room-figure"><div class="label">{escape(figure.label)}</div>'
        f'<div class="value">{escape(figure.value)}</div><div class="note">{escape(figure.note)}</div></div>'
    )


def _cell(cell: Cell) -> str:
    dot, shown = _dot(cell.mood) if cell.mood else "", _seen(cell.text)
    bar = "" if cell.bar is None else f'<span class="room-bar" style="width:{max(0.0, min(cell.bar, 1.0)) * 100:.1f}%"></span>'
    hint = cell.hint or (shown if len(shown) > _SHORT else "")
    title = f' title="{escape(hint)}"' if hint else ""
    text = f'<span class="{"room-whole" if dot else "room-text"}">{dot}{escape(shown)}</span>'
    if cell.link:
        text = f'<a href="{escape(cell.link)}" target="_blank" rel="noopener noreferrer">{text}</a>'
    below = "".join(f'<span class="room-below">{escape(line)}</span>' for line in cell.below)
    return f'<span class="room-name"{title}>{text}{bar}{below}</span>'


def _seen(text: str) -> str:
    """With a sign in the place of each that is not seen, and may turn what stands around it."""
    return "".join("\ufffd" if category(each) in {"Cc", "Cf"} and each not in _HARMLESS_CONTROLS else each for each in text)


def _dot(mood: Mood) -> str:
    return f'<span class="room-dot room-{mood}"></span>'


def _side(column: Column) -> str:
    return ' class="number"' if column.is_number else ""
