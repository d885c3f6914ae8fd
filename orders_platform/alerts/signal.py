"""What is found when something is looked at: well or not, how badly, since when, and where people look further."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How badly; each step takes in those below."""

    WARNING = 1
    CRITICAL = 2

    @property
    def word(self) -> str:
        """As settings and messages write it."""
        return self.name.lower()


class State(StrEnum):
    """UNKNOWN: it was not looked at, or did not answer; what was known before goes on."""

    BAD = "bad"
    GOOD = "good"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Topic:
    """What an incident is about; however much of it goes wrong at once, people are told once.

    Attributes:
        key: no two open incidents have the same.
        title: a few words that say what is wrong.
        page: heading of the runbook's section.
        settle_seconds: how long all must have been well before it is over. What is judged anew with each pass may look well
            in between.
    """

    key: str
    title: str
    page: str
    settle_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that is watched, as it was found.

    Attributes:
        key: its own name, within its topic.
        since: when that began, seconds since 1970.
        said: a sentence without anything personal: names of tables, checks and jobs, and counts.
        where: path of the page in Dagster that shows it.
        was: the sentence once it is over; empty where it is the same.
    """

    key: str
    topic: Topic
    state: State
    severity: Severity
    since: float
    said: str = ""
    where: str = ""
    was: str = ""
