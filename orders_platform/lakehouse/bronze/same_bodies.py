"""Messages beside those that bronze holds at the same positions: an equal position is the same message only if its body is."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake

_SAMPLE = 5
_POSITION = ["partition", "sequence_number"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How messages agree with bronze.

    Attributes:
        compared: positions that both have.
        differing: those of them at which the bodies differ.
        sample: the first few of these, like `0:17@orders-1763875200000`.
    """

    compared: int = 0
    differing: int = 0
    sample: tuple[str, ...] = ()

    def then(self, later: "Comparison") -> "Comparison":
        """This one and a later one as one."""
        sample = (self.sample + later.sample)[:_SAMPLE]
        return Comparison(self.compared + later.compared, self.differing + later.differing, sample)


def compared(lake: Lake, messages: DataFrame, generation: str, ranges: Mapping[str, tuple[int, int]]) -> Comparison:
    """Hold messages of ranges (first position, the one behind the last, by partition) against bronze, by hashes of bodies."""
    theirs = messages.select(*_POSITION, F.xxhash64("value").alias("theirs"))
    ours = there(lake, generation, ranges).select(*_POSITION, F.xxhash64("value").alias("ours"))
    differs = F.when(F.col("theirs") != F.col("ours"), F.struct(*_POSITION))
    [row] = (
        theirs.join(ours, _POSITION)
        .agg(F.count("*").alias("n"), F.count(differs).alias("differing"), F.sort_array(F.collect_list(differs)).alias("all"))
        .select("n", "differing", F.slice("all", 1, _SAMPLE).alias("sample"))
        .collect()
    )
    return Comparison(row.n, row.differing, tuple(f"{each.partition}:{each.sequence_number}@{generation}" for each in row.sample))


def there(lake: Lake, generation: str, ranges: Mapping[str, tuple[int, int]]) -> DataFrame:
    """Bronze's rows of these ranges; their bounds are literals, so that other files are passed over."""
    within = F.lit(False)
    for partition, (first, end) in ranges.items():
        within = within | ((F.col("partition") == int(partition)) & F.col("sequence_number").between(first, end - 1))
    return lake.read(ORDER_EVENTS).where((F.lower("generation") == generation) & within)
