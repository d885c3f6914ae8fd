"""How Event Hubs Capture names its files, and which of them are one hub's. Free of Spark.

Several hubs, of several namespaces even, may be captured into one container: only a file's name tells whose it is. Names of hubs
and namespaces are compared without case, as Azure does.
https://learn.microsoft.com/azure/event-hubs/event-hubs-capture-overview
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orders_platform.errors import InputError

NAMES = "{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}"
_WORDS = re.findall(r"\{(\w+)\}", NAMES)
_NEEDED = ("PartitionId", "Year", "Month", "Day")
_TIME = ("Year", "Month", "Day", "Hour", "Minute", "Second")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class CapturedFile:
    """A file of Capture, as its name tells of it.

    Attributes:
        place: the file's path without a scheme; `name` is the part of it below the place that was asked for.
        above: what stands before the part that the way of naming describes.
        namespace: empty where the way of naming does not tell it; `hub` as well.
        time: year to second, as far as the way of naming tells; 0 for the rest.
    """

    path: str
    place: str
    name: str
    above: str
    namespace: str
    hub: str
    partition: int
    time: tuple[int, ...]

    @property
    def day(self) -> date:
        """The day that its name tells."""
        return date(*self.time[:3])


@dataclass(frozen=True, slots=True)
class Naming:
    """A place, and how the files below it are named.

    Attributes:
        is_explicit: whether the place says it; Capture's default may begin anywhere below the place.
    """

    root: str
    names: str = NAMES
    is_explicit: bool = False

    @classmethod
    def of(cls, place: str) -> "Naming":
        """Of a place that may end in the way its files are named, as `/data/{EventHub}/{PartitionId}/...` does.

        Raises InputError where that is no way in which Capture names files, or leaves out what a replay needs.
        """
        root, brace, _ = place.partition("{")
        if not brace:
            return cls(_absolute(place))
        root = root[: root.rfind("/") + 1]
        names = place[len(root) :].removesuffix(".avro")
        words = re.findall(r"\{(\w+)\}", names)
        missing = [word for word in _NEEDED if word not in words]
        if missing:
            raise InputError(f"{names} names no {', '.join(missing)}: a replay reads them from the names of Capture's files")
        odd = [word for word in words if word not in _WORDS or words.count(word) > 1]
        if odd:
            raise InputError(f"{names} names {odd[0]}, which Capture does not know, or names it twice: its words are {NAMES}")
        return cls(_absolute(root or "."), names, is_explicit=True)

    @property
    def tells_hub(self) -> bool:
        """Whether a file's name says of which hub it is."""
        return "{EventHub}" in self.names

    def files(self, paths: Sequence[str]) -> Iterator[CapturedFile]:
        """Those that are named so. Raises InputError where there are Avro files, and none is."""
        pattern, found = self._pattern(), 0
        for path in paths:
            match = pattern.search(without_scheme(path))
            if match:
                found += 1
                yield self._file(path, match)
        avro = [path for path in paths if path.endswith(".avro")]
        if avro and not found:
            raise InputError(
                f"none of the {len(avro)} Avro files at {self.root} is named {self.names}.avro, like {avro[0]}: let the place "
                "end in how they are named, in Capture's own words"
            )

    def _pattern(self) -> re.Pattern[str]:
        """The names as an expression with a group for each word; numbers are digits, the others stay within a folder."""
        parts = re.split(r"\{(\w+)\}", self.names)
        words = {"Namespace": r"[^/]+", "EventHub": r"[^/]+"}
        made = (
            re.escape(part) if place % 2 == 0 else f"(?P<{part}>{words.get(part, r'[0-9]+')})" for place, part in enumerate(parts)
        )
        begin = f"^(?P<above>{re.escape(without_scheme(self.root))}/)" if self.is_explicit else "^(?P<above>.*/)"
        return re.compile(rf"{begin}{''.join(made)}\.avro$")

    def _file(self, path: str, match: re.Match[str]) -> CapturedFile:
        told, place = match.groupdict(), match.string
        time = tuple(int(told.get(word) or 0) for word in _TIME)
        return CapturedFile(
            path=path,
            place=place,
            name=place.removeprefix(f"{without_scheme(self.root)}/"),
            above=told["above"],
            namespace=told.get("Namespace") or "",
            hub=told.get("EventHub") or "",
            partition=int(told["PartitionId"]),
            time=time,
        )


def without_scheme(path: str) -> str:
    """A path as all of Spark's ways to tell it agree on it: `file:/data` and `file:///data` are `/data`."""
    return "/" + re.sub(r"^(\w+:)?/*", "", path)


def of_hub(files: Iterable[CapturedFile], naming: Naming, hub: str) -> list[CapturedFile]:
    """Those of a hub; all, where the way of naming tells none. Raises InputError naming those that there are, if none is its."""
    known = list(files)
    own = [file for file in known if not hub or not naming.tells_hub or file.hub.casefold() == hub.casefold()]
    if known and not own:
        raise InputError(
            f"at {naming.root} there are files of {_listed(_hubs(known))}, and none of hub {hub}, which ORDERS_HUB_NAME names: "
            "name the place of its files"
        )
    return own


def refuse_several(files: Sequence[CapturedFile], naming: Naming) -> None:
    """Raise InputError naming all, where files are of several hubs or namespaces: an equal position is no equal message then."""
    hubs = _hubs(files)
    namespaces = [f"namespace {name}" for name in _different(file.namespace for file in files)]
    if max(len(hubs), len(namespaces)) <= 1:
        return
    first = files[0]
    narrowed = first.above + naming.names.replace("{Namespace}", first.namespace).replace("{EventHub}", first.hub)
    several, rest = (hubs, ", or set ORDERS_HUB_NAME") if len(hubs) > 1 else (namespaces, "")
    raise InputError(
        f"at {naming.root} there are files of {_listed(several)}, and a position is a message of one hub alone: nothing was "
        f"written; narrow the place, like {narrowed}{rest}"
    )


def _hubs(files: Iterable[CapturedFile]) -> list[str]:
    return [f"hub {name}" for name in _different(file.hub for file in files)]


def _different(names: Iterable[str]) -> list[str]:
    """Names without case, as they are spelled first; empty ones tell nothing."""
    spelled: dict[str, str] = {}
    for name in sorted(filter(None, names)):
        spelled.setdefault(name.casefold(), name)
    return list(spelled.values())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _absolute(root: str) -> str:
    """A folder by its whole path: Java may be at work in another one."""
    return root.rstrip("/") if re.match(r"\w{2,}:/", root) else os.path.normpath(Path(root).absolute())
