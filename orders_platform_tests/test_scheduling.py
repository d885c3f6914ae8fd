"""Warm groups name folders and files that are there: one that was renamed would leave its group without a word."""

import pytest

from orders_platform_tests.docs.markdown import ROOT
from orders_platform_tests.scheduling import WARM, scope_of


@pytest.mark.parametrize("part", [part for parts in WARM.values() for part in parts])
def test_every_part_of_a_group_is_there(part: str) -> None:
    assert (ROOT / "orders_platform_tests" / part).exists()


def test_a_file_of_no_group_is_its_own() -> None:
    alone = "orders_platform_tests/costs/test_sizing.py"

    assert scope_of(f"{alone}::test_one") == alone
    assert scope_of("orders_platform_tests/lakehouse/test_gold.py::test_one") == "Spark"
