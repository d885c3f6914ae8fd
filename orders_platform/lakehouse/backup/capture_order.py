"""What Capture's files hold beside what their names say of when: within a partition, both must go forward. Free of Spark.

A hub that was deleted and made anew under its name begins at position 0 again: files of the two, taken as one, may look whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orders_platform.lakehouse.backup.capture_names import CapturedFile

# first position, and the one behind the last
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HeldFile:
    """What a file holds.

    Attributes:
        end: the position behind its last.
        messages: how many; `different`: at different positions.
        oldest_ms: when the hub took its oldest message, in milliseconds since 1970; None where no message tells.
        newest: when it took the newest, ISO 8601; empty where no message tells.
    """

    file: CapturedFile
    first: int
    end: int
    messages: int
    different: int
    oldest_ms: int | None
    newest: str

    @property
    def is_unbroken(self) -> bool:
        """Whether it has every position between its first and its last."""
        return self.different == self.end - self.first


def out_of_order(held: Sequence[HeldFile]) -> Iterator[str]:
    """Files that are later by name and hold positions before those of an earlier one, a sentence each.

    A copy of files that are there is none of them: it brings nothing that they do not have.
    """
    for files in _by_time(held).values():
        known: list[Span] = []
        furthest = files[0]
        for each in files:
            below = (each.first, min(each.end, furthest.end))
            if each is not furthest and each.first < furthest.end and not any(_is_within(below, span) for span in known):
                yield (
                    f"partition {each.file.partition}: {each.file.name} is later by its name than {furthest.file.name}, but "
                    f"holds positions {each.first} to {each.end - 1}, before {furthest.end}"
                )
            known = _with(known, (each.first, each.end))
            furthest = max(furthest, each, key=lambda one: one.end)


def spans(held: Iterable[HeldFile]) -> dict[int, list[Span]]:
    """Positions that the files of each partition hold together, in order, as far as each file is unbroken."""
    found: dict[int, list[Span]] = {}
    for each in sorted(held, key=lambda one: (one.file.partition, one.first)):
        found[each.file.partition] = _with(found.get(each.file.partition, []), (each.first, each.end))
    return found


def repeats(held: Sequence[HeldFile]) -> bool:
    """Whether a position stands in the files more than once."""
    ends: dict[int, int] = {}
    for each in sorted(held, key=lambda one: (one.file.partition, one.first)):
        end = ends.get(each.file.partition, each.first)
        if each.first < end or each.messages > each.different:
            return True
        ends[each.file.partition] = max(end, each.end)
    return False


def _by_time(held: Iterable[HeldFile]) -> dict[int, list[HeldFile]]:
    found: dict[int, list[HeldFile]] = defaultdict(list)
    for each in sorted(held, key=lambda one: (one.file.time, one.first)):
        found[each.file.partition].append(each)
    return found


def _with(known: list[Span], span: Span) -> list[Span]:
    """Spans in order, joined where they touch, with one more among them."""
    apart = [each for each in known if each[1] < span[0] or each[0] > span[1]]
    touched = [each for each in known if each not in apart]
    joined = (min(span[0], *(each[0] for each in touched)), max(span[1], *(each[1] for each in touched))) if touched else span
    return sorted([*apart, joined])


def _is_within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
