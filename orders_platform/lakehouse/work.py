"""What a run of the job is asked to do: its fields are the job's parameters, by the same names, wherever it runs."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

from orders_platform.errors import InputError
from orders_platform.lakehouse.quarantine.asked import Release

# what fills bronze and all behind it; what keeps the hub's messages; what works on tables as they are; what only looks
PASSES = ("available-now", "continuous", "replay")
BACKUPS = ("backup", "check-backup")
MODES = (*PASSES, *BACKUPS, "rebuild", "release", "maintain", "totals")
# Dagster's own names of what a Pipes process is told; both are empty where nobody listens.
PIPES_CONTEXT, PIPES_MESSAGES = "DAGSTER_PIPES_CONTEXT", "DAGSTER_PIPES_MESSAGES"


@dataclass(frozen=True, slots=True)
class Work:
    """The parameters of a run.

    Attributes:
        mode: available-now: up to the hub's tail, then end. continuous: until stopped. replay: bronze filled from the backup
            instead of the hub. backup: the hub's messages kept as parquet. check-backup: all of it looked at, what is past its
            time removed. rebuild: days of gold made again out of silver. release: messages
            let back in out of the quarantine. maintain: files made fewer, old ones removed. totals: what gold has of each day is
            told, and nothing changed.
        tables: keys like `gold.daily_sales`; none means all.
        pass_id: what the ledger calls the run.
        generation: the hub's, where who asks knows it; empty: ask the hub, which needs its SDK.
        tails: next sequence number per partition; in continuous mode as of when the job was defined.
        first_day: of a rebuild, of totals, or of a replay (where it is a day of the hub's clock, in UTC). Of a look over the
            backup: from when on its bodies are compared with bronze's; none means all.
        last_day: the same, itself included.
        capture: of a replay: where Event Hubs Capture keeps its files; empty: replay our own backup.
        release: what is let back in, and how.
        asked_by: who does it by hand, for the audit; empty: of work that is always by hand, the process's own user.
        settings: by their names, in place of the environment's.
    """

    mode: str = MODES[0]
    tables: tuple[str, ...] = ()
    pass_id: str = ""
    generation: str = ""
    tails: Mapping[str, int] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    capture: str = ""
    release: Release | None = None
    asked_by: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def reads_hub(self) -> bool:
        """Whether it takes anything from the hub, where the settings do not leave the hub out."""
        return self.mode in ("available-now", "continuous", "backup")

    @property
    def is_by_hand(self) -> bool:
        """Whether the audit tells of it: what nobody does but by hand, and a pass that somebody asked for."""
        return self.writes and (bool(self.asked_by) or self.mode in ("release", "rebuild", "replay"))

    @property
    def writes(self) -> bool:
        """Whether it changes tables: other work may be done beside whoever does."""
        return self.mode not in ("totals", *BACKUPS) and not (self.release and self.release.dry_run)

    def parameters(self) -> dict[str, str]:
        """The job's parameters, by name; a value that says nothing is empty."""
        return {
            "mode": self.mode,
            "tables": ",".join(self.tables),
            "pass_id": self.pass_id,
            "generation": self.generation,
            "tails": json.dumps(dict(self.tails)) if self.tails else "",
            "first_day": self.first_day.isoformat() if self.first_day else "",
            "last_day": self.last_day.isoformat() if self.last_day else "",
            "capture": self.capture,
            "release": self.release.as_json() if self.release else "",
            "asked_by": self.asked_by,
            "settings": json.dumps(dict(self.settings)) if self.settings else "",
        }


PARAMETERS = (*(each.name for each in fields(Work)), PIPES_CONTEXT, PIPES_MESSAGES)


def as_words(parameters: Mapping[str, str]) -> list[str]:
    """Parameters as the words of a command line, `--name=value`."""
    return [f"--{name}={value}" for name, value in parameters.items()]


def read_words(words: Sequence[str]) -> tuple[Work, dict[str, str]]:
    """The work that a command line asks for, and what it says of Pipes. Raises InputError naming the parameter that is wrong."""
    reader = argparse.ArgumentParser(prog="orders-pass", description=__doc__, allow_abbrev=False)
    for name in PARAMETERS:
        reader.add_argument(f"--{name}", default="", metavar="TEXT", help=_HELP.get(name))
    given = {name: value for name, value in vars(reader.parse_args(words)).items() if value}
    pipes = {name: given.pop(name) for name in (PIPES_CONTEXT, PIPES_MESSAGES) if name in given}
    return _work(given), pipes


def _work(given: Mapping[str, str]) -> Work:
    mode = given.get("mode", MODES[0])
    if mode not in MODES:
        raise InputError(f"--mode {mode} is none of {', '.join(MODES)}")
    return Work(
        mode=mode,
        tables=tuple(key.strip() for key in given.get("tables", "").split(",") if key.strip()),
        pass_id=given.get("pass_id", ""),
        generation=given.get("generation", ""),
        tails={name: _number(name, end) for name, end in _object(given, "tails").items()},
        first_day=_day(given, "first_day"),
        last_day=_day(given, "last_day"),
        capture=given.get("capture", ""),
        release=Release.from_json(given["release"]) if "release" in given else None,
        asked_by=given.get("asked_by", ""),
        settings={name: str(value) for name, value in _object(given, "settings").items()},
    )


def _object(given: Mapping[str, str], name: str) -> dict[str, object]:
    try:
        read = json.loads(given.get(name, "{}"))
    except ValueError as fault:
        raise InputError(f"--{name} is no JSON: {fault}") from fault
    if not isinstance(read, dict):
        raise InputError(f"--{name} is no JSON object")
    return read


def _number(partition: str, end: object) -> int:
    if isinstance(end, bool) or not isinstance(end, int):
        raise InputError(f"--tails has no whole number for partition {partition}")
    return end


def _day(given: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(given[name]) if name in given else None
    except ValueError as fault:
        raise InputError(f"--{name} {given[name]} is no day like 2026-01-31") from fault


_HELP = {
    "mode": f"one of {', '.join(MODES)}; default {MODES[0]}",
    "tables": "keys like gold.daily_sales, parted by commas; default all",
    "pass_id": "what the ledger calls this run; default made from the time",
    "generation": "of the hub, as `orders-platform hub tails` shows it; default: ask the hub by its SDK",
    "tails": 'JSON: next sequence number per partition, like {"0": 17}',
    "first_day": "of a rebuild, of totals, of a replay or of check-backup, like 2026-01-31",
    "last_day": "the same, itself included",
    "capture": "of a replay: where Event Hubs Capture keeps its files; default: our own backup",
    "release": 'JSON: what is let back in, like {"reasons": ["total_matches"], "repairs": ["total_from_lines"], "why": "..."}',
    "asked_by": "who does it by hand, for the audit",
    "settings": 'JSON: settings in place of the environment\'s, like {"ORDERS_LAKE": "orders_dev"}',
    PIPES_CONTEXT: "set by Dagster",
    PIPES_MESSAGES: "set by Dagster",
}
