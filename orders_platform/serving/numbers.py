"""Numbers, money, spans and days as people of a language write them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

# ISO 4217: what has other than two decimals
_DECIMALS: Final = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "VND": 0,
    "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SHORT_SECONDS, _SMALL_SHARE = 10, 0.1
_MINUS: Final = "\u2212"
_ENGLISH_SWAPPED: Final = str.maketrans(",.", ".,")


def decimals(currency: str) -> int:
    """How many digits of an amount in minor units stand behind the comma."""
    return _DECIMALS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a language writes them.

    Attributes:
        has_comma: whether decimals stand behind a comma.
        weekdays: short, Monday first.
        months: short.
    """

    has_comma: bool
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    long_weekdays: tuple[str, ...]

    def count(self, value: float) -> str:
        """A whole number."""
        return self._swapped(f"{value:,.0f}")

    def money(self, minor: int, currency: str) -> str:
        """An amount with its decimals; the currency stands elsewhere."""
        digits = decimals(currency)
        whole, rest = divmod(abs(minor), 10**digits)
        text = f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")
        return (_MINUS if minor < 0 else "") + self._swapped(text)

    def change(self, share: float) -> str:
        """How far something is from the usual: +4%."""
        return f"{'+' if share >= 0 else _MINUS}{abs(share) * 100:.0f}%"

    def percent(self, share: float) -> str:
        """A part of a whole, with a decimal where it is small."""
        return self._swapped(f"{share * 100:.{int(0 < share < _SMALL_SHARE)}f}%")

    def span(self, seconds: float) -> str:
        """How long, in the largest unit that still tells something."""
        if seconds < _SHORT_SECONDS:
            return self._swapped(f"{max(seconds, 0):.1f} s")
        if seconds < 2 * _MINUTE:
            return f"{seconds:.0f} s"
        if seconds < 2 * _HOUR:
            return f"{seconds / _MINUTE:.0f} min"
        if seconds < 2 * _DAY:
            return f"{seconds / _HOUR:.0f} h"
        return f"{self.count(seconds / _DAY)} d"

    def age(self, then: datetime, now: datetime) -> str:
        """How long ago, in whole units: tenths of a second would only flutter."""
        return self.span(max((now - then) // timedelta(seconds=1), 0)).replace(".0 s", " s").replace(",0 s", " s")

    def day(self, day: date) -> str:
        """A day with its weekday."""
        return f"{self.weekdays[day.weekday()]} {day.day} {self.months[day.month - 1]} {day.year}"

    @property
    def for_charts(self) -> dict[str, Any]:
        """The same for charts, in the words of Vega's locales."""
        marks = (",", ".") if self.has_comma else (".", ",")
        return {
            "number": {"decimal": marks[0], "thousands": marks[1], "grouping": [3], "currency": ["", ""]},
            "time": {
                "dateTime": "%-d %b %Y %H:%M", "date": "%-d %b %Y", "time": "%H:%M", "periods": ["", ""],
                "days": [*self.weekdays[6:], *self.weekdays[:6]], "shortDays": [*self.weekdays[6:], *self.weekdays[:6]],
                "months": list(self.months), "shortMonths": list(self.months),
            },
        }  # fmt: skip

    def _swapped(self, english: str) -> str:
        return english.translate(_ENGLISH_SWAPPED) if self.has_comma else english


ENGLISH: Final = Numbers(
    has_comma=False,
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    long_weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
PORTUGUESE: Final = Numbers(
    has_comma=True,
    weekdays=("seg.", "ter.", "qua.", "qui.", "sex.", "sáb.", "dom."),
    months=("jan.", "fev.", "mar.", "abr.", "maio", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."),
    long_weekdays=("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
)
