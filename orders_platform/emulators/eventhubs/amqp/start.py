"""Where a consumer starts: the selector of its link against what the log holds."""

import re

from orders_platform.emulators.eventhubs.log import PartitionLog

_SELECTOR = re.compile(r"amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time) (>=?) '?(-?\d+|@latest)'?")
_BEGIN, _LATEST = "-1", "@latest"
_INVALID = "The supplied {0} '{1}' is invalid. The last {0} in the system is '{2}'."


class StartRefusedError(ValueError):
    """The position cannot be taken; the text says why, in the words of the service."""


def start_sequence(log: PartitionLog, selector: str | None) -> int:
    """The first sequence number to deliver. Raises StartRefusedError for a position that the log never reached."""
    if selector is None:
        return log.begin
    found = _SELECTOR.fullmatch(selector.strip())
    if found is None:
        raise StartRefusedError(f"The filter '{selector}' is not supported.")
    kind, is_inclusive, position = found[1], found[2] == ">=", found[3]
    if position == _LATEST:
        return max(log.begin, log.last_sequence) if is_inclusive else log.next
    return log.begin if position == _BEGIN else _FINDERS[kind](log, int(position), is_inclusive=is_inclusive)


def _at_time(log: PartitionLog, time_ms: int, *, is_inclusive: bool) -> int:
    found = log.first_at_or_after(time_ms + (not is_inclusive))
    return log.next if found is None else found


def _at_offset(log: PartitionLog, offset: int, *, is_inclusive: bool) -> int:
    if offset > log.last_offset:
        raise StartRefusedError(_INVALID.format("offset", offset, log.last_offset))
    found = log.first_from_offset(offset + (not is_inclusive))
    return log.next if found is None else found


def _at_sequence(log: PartitionLog, sequence: int, *, is_inclusive: bool) -> int:
    first = sequence if is_inclusive else sequence + 1
    if first > log.next:
        raise StartRefusedError(_INVALID.format("sequence number", sequence, log.last_sequence))
    return max(first, log.begin)


_FINDERS = {"enqueued-time": _at_time, "offset": _at_offset, "sequence-number": _at_sequence}
