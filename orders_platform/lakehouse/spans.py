"""Ranges of days or hours that a batch has touched, as literal bounds: what keeps a pass as quick in its tenth year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

# More ranges cost more in planning than the days between them cost in reading.
_MOST = 12

Moment = TypeVar("Moment", date, datetime)


@dataclass(frozen=True)
class Span(Generic[Moment]):
    """From `start` up to, not including, `end`."""

    start: Moment
    end: Moment


def spans(points: Iterable[Moment], step: timedelta, most: int = _MOST) -> tuple[Span[Moment], ...]:
    """The fewest ranges of whole steps that hold all points; nearest ranges are joined until at most `most` are left."""
    found: list[Span[Moment]] = []
    for point in sorted(set(points)):
        if found and point <= found[-1].end:
            found[-1] = Span(found[-1].start, point + step)
        else:
            found.append(Span(point, point + step))
    while len(found) > most:
        at = min(range(len(found) - 1), key=lambda i: found[i + 1].start - found[i].end)
        found[at : at + 2] = [Span(found[at].start, found[at + 1].end)]
    return tuple(found)


def condition(column: str, ranges: Iterable[Span[Any]]) -> str:
    """SQL that holds where the column lies in one of the ranges."""
    parts = [f"({column} >= {_literal(span.start)} AND {column} < {_literal(span.end)})" for span in ranges]
    return "(" + (" OR ".join(parts) or "false") + ")"


def _literal(moment: date) -> str:
    if isinstance(moment, datetime):
        return f"TIMESTAMP'{moment:%Y-%m-%d %H:%M:%S} UTC'"
    return f"DATE'{moment.isoformat()}'"
