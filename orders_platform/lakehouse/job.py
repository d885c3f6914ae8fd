"""`orders-pass`, the entry point of the wheel: what a Databricks job calls, with the job's parameters as its words."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.work import read_words


def main(words: Sequence[str] | None = None) -> None:
    """Do what the words ask for. Raises PlatformError, whose sentence the run then shows as its state."""
    work, pipes = read_words(sys.argv[1:] if words is None else words)
    if find_spec("pyspark") is None:
        raise EnvironmentFault("there is no Spark here: run this as a job on a Databricks cluster, or use `orders-platform pass`")
    from orders_platform.lakehouse.working import work_and_tell  # noqa: PLC0415  --help needs no Spark

    work_and_tell(work, pipes)


if __name__ == "__main__":
    main()
