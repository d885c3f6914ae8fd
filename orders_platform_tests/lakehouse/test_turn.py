"""Writers of a lake take turns: who has patience waits, who has none is told at once."""

import threading
from pathlib import Path
from typing import cast

import pytest
from pyspark.sql import SparkSession

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.turn import own_turn


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(cast("SparkSession", None), str(tmp_path / "lake"))


def test_who_has_patience_comes_next(lake: Lake) -> None:
    done: list[str] = []

    def second() -> None:
        with own_turn(lake, patience=60):
            done.append("second")

    with own_turn(lake):
        waiting = threading.Thread(target=second)
        waiting.start()
        done.append("first")
    waiting.join(60)

    assert done == ["first", "second"]


def test_who_has_none_is_refused(lake: Lake) -> None:
    with own_turn(lake), pytest.raises(PassRefused, match="another pass is at work"), own_turn(lake):
        raise AssertionError
