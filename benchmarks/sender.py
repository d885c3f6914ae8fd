"""The sender of the continuous benchmark: `python -m benchmarks.sender CSV RATE SECONDS`.

After each publish that the hub acknowledged it prints how many orders were accepted so far, and when, by the clock that all
processes of a machine share.
"""

import itertools
import sys
import time
from pathlib import Path

from benchmarks.orders import History, live_orders
from orders_platform.hub.publish import Publisher
from orders_platform.settings import Settings

TICK_SECONDS = 0.05


def main(csv: Path, rate: float, seconds: float) -> None:
    """Send at an even pace; a hub that holds us up is caught up with, as a queue before it would."""
    orders = live_orders(History.of(csv, 1).dataset, f"{int(time.time()):x}")
    accepted = 0
    with Publisher(Settings.load().need_hub()) as publisher:
        start = time.monotonic()
        while accepted < rate * seconds:
            due = int((time.monotonic() - start) * rate) + 1 - accepted
            if due > 0:
                accepted += publisher.publish(itertools.islice(orders, due)).events
                print(accepted, time.monotonic(), flush=True)
            time.sleep(TICK_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
