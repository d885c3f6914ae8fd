"""Opens the segments of a log, and never throws away what may be data.

Bytes at the end that make no whole record are a tail that was torn while it was written, as long as every record that a producer
was told of stands before them: they are cut off. Where that is not sure, they are kept in a file of their own. Bytes with whole
records behind them are no torn tail at all: then nothing is changed, and the log is refused.
"""

from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path

from orders_platform.emulators.eventhubs.facts import DamagedData
from orders_platform.emulators.eventhubs.layout import segment_paths
from orders_platform.emulators.eventhubs.segment import Segment, SegmentStart


def opened_segments(directory: Path, acknowledged: int | None) -> list[Segment]:
    """The log's segments, at least one; `acknowledged`: where producers were told that it ends, None where nobody can tell.

    Raises DamagedData where something is damaged or missing, and whole records stand behind it.
    """
    for draft in directory.glob("*.new"):
        draft.unlink()
    with ExitStack() as opened:
        segments = _checked_segments(directory, opened)
        opened.pop_all()
    if not segments:
        return [Segment.create(directory, SegmentStart(sequence=0, offset=0, last_offset=-1, last_ms=0))]
    _end_whole(segments[-1], acknowledged)
    return segments


def check_log(directory: Path) -> None:
    """Only look: raises DamagedData as `opened_segments` does."""
    with ExitStack() as opened:
        _checked_segments(directory, opened)


def _checked_segments(directory: Path, opened: ExitStack) -> list[Segment]:
    segments = [opened.enter_context(closing(Segment.load(path))) for path in segment_paths(directory)]
    for segment, follower in pairwise(segments):
        if segment.next != follower.start.sequence:
            raise DamagedData(
                f"{segment.path} is damaged after sequence number {segment.next - 1}, or files are missing; the log goes on with "
                f"{follower.start.sequence} in {follower.path.name}: restore it"
            )
    for last in segments[-1:]:
        if behind := last.whole_behind():
            raise DamagedData(
                f"{last.path} is damaged at sequence number {last.next}, and {behind} whole records stand behind that: restore it"
            )
    return segments


def _end_whole(last: Segment, acknowledged: int | None) -> None:
    if acknowledged is not None and last.next >= acknowledged:
        last.cut(last.next)
    elif last.rest():
        last.set_rest_aside()
