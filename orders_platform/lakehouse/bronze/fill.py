"""Fills bronze from the hub by Structured Streaming.

What to read next is said by the table's own commits alone: each start begins a new checkpoint, so that one which is damaged, or
older or newer than the table, counts for nothing.
"""

import shutil
from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql.streaming.readwriter import DataStreamWriter

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.bronze.taking import HUB, Taken, append
from orders_platform.lakehouse.hub_stream import finish, hub_messages, in_batches, not_ahead
from orders_platform.lakehouse.lake import Lake, State
from orders_platform.lakehouse.source import HubSource


def drain(lake: Lake, source: HubSource, state: State) -> Taken:
    """Take everything up to the hub's tail, in batches of bounded size.

    Raises PassRefused where messages are missing, HubError where the hub does not answer.
    """
    known = state.note.positions.get(source.generation, {})
    if source.is_current:
        not_ahead(known, source.tails)
    taken = Taken(0, 0, {**state.note.positions, source.generation: known})
    if source.is_current and all(known.get(partition, 0) >= tail for partition, tail in source.tails.items()):
        return taken
    batches: list[Taken] = []
    finish(stream(lake, source, state, batches.append).trigger(availableNow=True).start())
    for batch in batches:
        taken = taken.then(batch)
    return taken


def stream(lake: Lake, source: HubSource, state: State, on_batch: Callable[[Taken], None]) -> DataStreamWriter:
    """A stream from the hub into bronze as it stands, not yet started; `on_batch` is called after each commit."""
    positions = state.note.positions
    told_by_a_note(lake, state)

    def take(batch: DataFrame) -> None:
        nonlocal positions
        taken = append(lake, batch, positions, generation=source.generation, road=HUB)
        positions = taken.positions
        on_batch(taken)

    messages = hub_messages(lake.spark, source, positions.get(source.generation, {}))
    checkpoint = lake.folder / "_checkpoints" / "bronze"
    shutil.rmtree(checkpoint, ignore_errors=True)
    return in_batches(messages, take, name="orders_bronze", checkpoint=str(checkpoint))


def told_by_a_note(lake: Lake, state: State) -> None:
    """Raise PassRefused where bronze has rows and no commit says up to which position."""
    if not state.note.positions and not lake.read(ORDER_EVENTS).isEmpty():
        raise PassRefused(
            "bronze.order_events has rows, but none of its last commits tells up to which position: "
            "restore it to a version that a pass wrote (DESCRIBE HISTORY shows a userMetadata there)"
        )
