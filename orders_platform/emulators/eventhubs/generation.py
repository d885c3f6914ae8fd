"""Whether a hub's logs still are what its readers know by its generation, which is its time of creation.

A position that is given out a second time, for another event, is one that a reader believes it has: the event never arrives. So
a hub that lost what it had acknowledged, or that cannot tell, begins a new generation. What it holds it gives out again under the
new one: readers know an event by its id.
"""

from collections.abc import Iterator, Sequence

from orders_platform.emulators.eventhubs.facts import Facts
from orders_platform.emulators.eventhubs.log import PartitionLog


def doubts(logs: Sequence[PartitionLog], before: Facts, boot: str | None) -> Iterator[str]:
    """What the logs have lost, or may have, a clause each; none where they hold all that was acknowledged.

    Args:
        before: what the hub said of itself, before it was opened.
        boot: the machine's start in which it is opened.
    """
    for index, log in enumerate(logs[: before.partitions]):
        acknowledged = log.acknowledged_before
        if acknowledged is not None and log.next < acknowledged:
            yield f"partition {index} ends at {log.next}, and {acknowledged - log.next} more events were acknowledged"
        if acknowledged is None and before.run is not None:
            yield f"partition {index} no longer tells how far it was acknowledged"
    if before.run is not None and before.run.may_have_lost(boot):
        yield "it was not closed before this machine was started anew, which may have cost it its newest events (without --fsync)"


def notice(name: str, why: Sequence[str], logs: Sequence[PartitionLog]) -> str:
    """The one line that tells people of it."""
    held = sum(log.next - log.begin for log in logs)
    return (
        f"hub {name} begins a new generation: {'; '.join(why)}. The {held} events that it holds are kept, and read once more: "
        "none counts twice, since an event is known by its id. `orders-platform outbox replay` sends again what is lost"
    )
