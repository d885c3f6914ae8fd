"""The dataset's orders as events of the contract."""

import csv
import gzip
from collections import defaultdict
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from orders_platform.contracts.event import to_bytes
from orders_platform.contracts.judging import broken_rules
from orders_platform.squad.dataset import read_orders
from orders_platform.squad.order_events import order_events
from orders_platform.squad.replay import Days, replay_events
from orders_platform_tests.squad.csv_files import a_csv, a_row

SAMPLE = Path(str(files("orders_platform.squad").joinpath("data/online_shop_2018-12_to_2019-02.csv.gz")))


def test_cancellation_is_a_document_of_its_own(tmp_path: Path) -> None:
    path = a_csv(tmp_path, a_row("C536379", quantity="-2", price="6.19"))

    order = next(order_events(read_orders(path))).order

    assert (order.order_id, order.kind, order.status, order.cancels_order_id) == ("C536379", "cancellation", "cancelled", None)
    assert order.total_minor == -1238


@pytest.mark.parametrize(("customer", "ref"), [("NA", None), ("", None), ("17850", "17850")])
def test_unknown_customer_is_null(tmp_path: Path, customer: str, ref: str | None) -> None:
    event = next(order_events(read_orders(a_csv(tmp_path, a_row(customer=customer)))))

    assert event.order.customer_ref == ref


def test_orders_of_a_day_spread_over_its_hours(tmp_path: Path) -> None:
    path = a_csv(tmp_path, a_row("536371", day="12/2/2018"), *(a_row(str(536368 - number)) for number in range(4)))

    times = [event.order.placed_at.isoformat() for event in order_events(read_orders(path))]

    assert [time[:16] for time in times] == [
        "2018-12-01T08:00", "2018-12-01T11:00", "2018-12-01T14:00", "2018-12-01T17:00", "2018-12-02T08:00",
    ]  # fmt: skip


def test_lines_are_numbered_from_the_oldest_row(tmp_path: Path) -> None:
    order = next(order_events(read_orders(a_csv(tmp_path, a_row(product="b"), a_row(product="a"))))).order

    assert [(line.line_no, line.product_no) for line in order.lines] == [(1, "a"), (2, "b")]


def test_days_are_cut_out_without_changing_the_events(tmp_path: Path) -> None:
    path = a_csv(tmp_path, *(a_row(str(536370 - number), day=f"12/{6 - number}/2018") for number in range(5)))
    everything = replay_events(path, Days())

    some = replay_events(path, Days(date(2018, 12, 3), date(2018, 12, 4)))

    assert some == everything[1:3]


@pytest.fixture(scope="module")
def sample() -> list[bytes]:
    """The bodies of the sample that the package ships."""
    return [event.body for event in replay_events(SAMPLE, Days())]


def test_sample_keeps_every_rule(sample: list[bytes]) -> None:
    assert len(sample) == 4466
    assert {rule for body in sample for rule in broken_rules(body)} == set()


def test_same_file_makes_the_same_bytes(sample: list[bytes]) -> None:
    assert [to_bytes(event) for event in order_events(read_orders(SAMPLE))] == sample


def test_sample_agrees_with_a_plain_fold_of_the_csv() -> None:
    by_day: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    with gzip.open(SAMPLE, "rt", newline="") as file:
        for row in csv.DictReader(file):
            month, day, year = row["Date"].split("/")
            key = (f"{year}-{int(month):02}-{int(day):02}", row["TransactionNo"].startswith("C"))
            by_day[key] += Decimal(row["Price"]) * int(row["Quantity"])

    ours: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for event in order_events(read_orders(SAMPLE)):
        key = (event.order.placed_at.date().isoformat(), event.order.kind == "cancellation")
        ours[key] += Decimal(event.order.total_minor) / 100

    assert ours == by_day
