"""What somebody asks of the quarantine: which messages, and how they are let back in. Free of Spark; goes as JSON."""

import base64
import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from orders_platform.contracts.rules import RULES
from orders_platform.errors import InputError
from orders_platform.hub_name import folded
from orders_platform.lakehouse.quarantine.repairs import REPAIRS

REASONS: Final = tuple(rule.name for rule in RULES if rule.action == "quarantine")
_POSITION: Final = re.compile(r"(\d{1,9}):(\d{1,18})(?:@(.+))?")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a message stands in bronze; without a generation it must be the only one of its numbers."""

    partition: int
    sequence_number: int
    generation: str = ""

    def finds(self, other: "Position") -> bool:
        """Whether a message that stands at `other` is meant: the hub's name may be spelled in another way there."""
        is_there = (self.partition, self.sequence_number) == (other.partition, other.sequence_number)
        return is_there and (not self.generation or folded(self.generation) == folded(other.generation))

    @classmethod
    def read(cls, text: str) -> "Position":
        """From `partition:sequence_number`, `@generation` behind it or not. Raises InputError."""
        found = _POSITION.fullmatch(text.strip())
        if not found:
            raise InputError(f"{text} is no position like 0:17 or 0:17@orders-1763875200000, as `quarantine list` shows it")
        return cls(int(found[1]), int(found[2]), found[3] or "")

    def __str__(self) -> str:
        return f"{self.partition}:{self.sequence_number}" + (f"@{self.generation}" if self.generation else "")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which messages. All that is given must hold: one of the reasons, one of the positions, and the time.

    Attributes:
        since: not before, by the hub's clock.
        until: before.
    """

    reasons: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Raise InputError for what can never hold."""
        unknown = [name for name in self.reasons if name not in REASONS]
        if unknown:
            raise InputError(f"no such reason: {', '.join(unknown)}; there are {', '.join(REASONS)}")
        if self.since and self.until and self.since >= self.until:
            raise InputError(f"{self.since.isoformat()} is not before {self.until.isoformat()}: give the earlier time first")
        for position in self.positions:
            Position.read(position)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked for in particular."""
        return not (self.reasons or self.positions or self.since or self.until)

    @property
    def places(self) -> tuple[Position, ...]:
        """The positions, read."""
        return tuple(map(Position.read, self.positions))


@dataclass(frozen=True, slots=True)
class Release:
    """Messages to be judged again, and what counts in place of each body.

    Attributes:
        repairs: names of REPAIRS, made one after another.
        body: one for the only position; None: as they came, or repaired.
        why: for the audit.
        dry_run: only tell what would come of it.
    """

    selection: Selection
    why: str
    repairs: tuple[str, ...] = ()
    body: bytes | None = None
    dry_run: bool = False

    def __post_init__(self) -> None:
        """Raise InputError naming what is missing or contradicts."""
        faults = (
            (self.selection.is_everything, "nothing is selected: give reasons, times or positions"),
            (not self.why.strip(), "no reason is given: say why, for the audit"),
            (not {*REPAIRS} >= {*self.repairs}, f"no such repair: {', '.join(self.repairs)}; there are {', '.join(REPAIRS)}"),
            (self.body is not None and bool(self.repairs), "a corrected body and a repair exclude each other"),
            (self.body is not None and len(self.selection.positions) != 1, "a corrected body goes with exactly one position"),
        )
        for is_so, sentence in faults:
            if is_so:
                raise InputError(sentence)

    @property
    def told(self) -> dict[str, object]:
        """For the audit: of a body only what proves which it was."""
        held = {**asdict(self.selection), "repairs": self.repairs}
        if self.body is not None:
            held["body_sha256"] = hashlib.sha256(self.body).hexdigest()
        return {name: value for name, value in held.items() if value}

    def as_json(self) -> str:
        """As a job's parameter."""
        told = {**asdict(self.selection), "why": self.why, "repairs": self.repairs, "dry_run": self.dry_run}
        if self.body is not None:
            told["body"] = base64.b64encode(self.body).decode()
        return json.dumps({name: value for name, value in told.items() if value or name == "body"}, default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> "Release":
        """From a job's parameter. Raises InputError."""
        try:
            told: dict[str, Any] = json.loads(text)
            names = {each.name for each in fields(Selection)}
            selected = {name: value for name, value in told.items() if name in names}
            body = told.get("body")
            return cls(
                Selection(
                    reasons=tuple(selected.get("reasons", ())),
                    positions=tuple(selected.get("positions", ())),
                    since=moment(selected.get("since", "")),
                    until=moment(selected.get("until", "")),
                ),
                why=str(told.get("why", "")),
                repairs=tuple(told.get("repairs", ())),
                body=None if body is None else base64.b64decode(body, validate=True),
                dry_run=bool(told.get("dry_run")),
            )
        except (ValueError, TypeError, AttributeError) as fault:
            raise InputError(f"--release is no release as JSON: {fault}") from fault


def moment(text: str) -> datetime | None:
    """A day or a time in ISO 8601, UTC where it says no zone; None of an empty text. Raises InputError."""
    if not text.strip():
        return None
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError as fault:
        raise InputError(f"{text} is no time like 2026-01-31 or 2026-01-31T14:05") from fault
    return read if read.tzinfo else read.replace(tzinfo=UTC)
