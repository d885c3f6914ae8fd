"""Latency is the time from the hub's word to the first look that counts the order."""

import pytest

from benchmarks.figures import percentile
from benchmarks.watching import latencies


def test_latency_is_that_of_the_first_look_that_counts_the_order() -> None:
    accepted = [(2, 10.0), (3, 11.0)]
    seen = [(1, 12.0), (3, 15.0)]

    assert latencies(accepted, seen, first=0) == [2.0, 5.0, 4.0]


def test_orders_of_the_warming_are_left_out() -> None:
    assert latencies([(2, 10.0), (3, 11.0)], [(3, 15.0)], first=2) == [4.0]


def test_an_order_that_was_never_seen_is_no_latency() -> None:
    with pytest.raises(LookupError, match="order 3"):
        latencies([(3, 10.0)], [(2, 12.0)], first=0)


@pytest.mark.parametrize(("share", "value"), [(0.5, 5), (0.95, 10), (0.99, 10), (0.1, 1)])
def test_percentiles_are_of_the_nearest_rank(share: float, value: float) -> None:
    assert percentile([float(number) for number in range(10, 0, -1)], share) == value
