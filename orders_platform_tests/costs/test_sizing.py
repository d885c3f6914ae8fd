"""Sizes: the limits that Azure names, the arithmetic from what was measured, and where one way to run is no cheaper."""

import dataclasses
import re

import pytest

from orders_platform.costs import sizing
from orders_platform.costs.sizing import Load, Running, size
from orders_platform.errors import InputError
from orders_platform_tests.docs.markdown import Markdown

LOAD = Load(events_per_second=1_000, event_bytes=1_900, lines_per_event=12, hours_a_day=12)
CONTINUOUS = Running("continuous", every_seconds=None, start_minutes=5, node_cores=4)
PASSES = Running("available-now", every_seconds=None, start_minutes=5, node_cores=4)


@pytest.mark.parametrize(
    ("events", "body", "units"),
    [(1_000, 500, 1), (1_001, 500, 2), (500, 2_000, 1), (501, 2_000, 2), (1, 1, 1)],
)
def test_a_unit_is_full_by_events_or_by_bytes_whichever_comes_first(events: int, body: int, units: int) -> None:
    load = dataclasses.replace(LOAD, events_per_second=events, event_bytes=body)

    assert size(load, CONTINUOUS).units == units


@pytest.mark.parametrize(
    ("events", "tier", "units", "partitions"),
    [
        (1_000, "Standard", 2, 2),
        (10_000, "Standard", 19, 19),
        (16_842, "Standard", 32, 32),
        (16_843, "Premium", None, 33),
        (52_631, "Premium", None, 100),
        (52_632, "Dedicated", None, 101),
    ],
)
def test_the_tier_is_the_first_whose_limits_hold(events: int, tier: str, units: int | None, partitions: int) -> None:
    needed = size(dataclasses.replace(LOAD, events_per_second=events), CONTINUOUS)

    assert (needed.tier, needed.units, needed.partitions) == (tier, units, partitions)


def test_cores_follow_from_new_lines_and_from_the_day_and_leave_room_for_a_backlog() -> None:
    needed = size(LOAD, CONTINUOUS)

    new, day = 12_000 * 30, 12_000 * 43_200
    at_work = (new * 53.47 / 521_555 + day * sizing.DAY_CORE_SECONDS_A_LINE) / 30
    assert at_work * 2 <= needed.cores - 2 < at_work * 2 + 1
    assert (needed.nodes - 2) * 4 < needed.cores <= (needed.nodes - 1) * 4


def test_a_busier_day_needs_more_even_at_the_same_rate() -> None:
    short, long = (size(dataclasses.replace(LOAD, hours_a_day=hours), CONTINUOUS) for hours in (2, 20))

    assert short.cores * 2 < long.cores


def test_the_figures_are_those_of_the_benchmarks() -> None:
    """Measured anew? Then the arithmetic has to follow, and docs/en/scale.md with it."""
    told = Markdown.read("docs/benchmarks.md").text

    rows = dict(re.findall(r"^\| ([^|]*processor time) \| ([\d.]+) s ", told, re.MULTILINE))

    assert rows[f"{sizing.WHOLE_LINES:,} lines, warm, processor time"] == str(sizing.WHOLE_CORE_SECONDS)
    assert rows["200 new orders, warm, all tables, processor time"] == str(sizing.SMALL_CORE_SECONDS)


def test_continuous_costs_the_same_when_nothing_comes() -> None:
    needed = size(LOAD, CONTINUOUS)

    assert needed.node_hours == needed.idle_node_hours == 730 * needed.nodes


def test_passes_one_after_another_keep_the_cluster_while_the_shop_is_open() -> None:
    needed = size(LOAD, PASSES)

    assert needed.node_hours == pytest.approx(365 * needed.nodes)
    assert needed.idle_node_hours < needed.node_hours / 5


def test_fewer_passes_save_cluster_and_cost_minutes() -> None:
    often, seldom = (size(LOAD, dataclasses.replace(PASSES, every_seconds=seconds)) for seconds in (900, 3_600))

    assert seldom.node_hours < often.node_hours < size(LOAD, PASSES).node_hours
    assert seldom.worst_seconds > 3_600 > often.worst_seconds > 900


@pytest.mark.parametrize(("way", "every"), [(CONTINUOUS, 4), (CONTINUOUS, 30), (PASSES, 301), (PASSES, 1_800)])
@pytest.mark.parametrize("events", [1, 10_000])
def test_a_pass_leaves_half_of_its_time_free_even_when_the_day_is_nearly_over(way: Running, every: int, events: int) -> None:
    running = dataclasses.replace(way, every_seconds=every)

    needed = size(dataclasses.replace(LOAD, events_per_second=events), running)

    assert needed.worst_seconds - every <= (every - running.start) / 2 + 1e-6


def test_the_hub_bills_each_64_kb_of_a_large_event() -> None:
    small, full, over, largest = (
        size(dataclasses.replace(LOAD, event_bytes=bytes_), PASSES).million_events for bytes_ in (1_900, 64_000, 64_001, 900_000)
    )

    assert (full / small, over / small, largest / small) == pytest.approx((1, 2, 15))


def test_less_than_a_pass_a_day_is_refused() -> None:
    once_a_day = dataclasses.replace(PASSES, every_seconds=12 * 3_600)

    assert size(LOAD, once_a_day).node_hours > 0
    with pytest.raises(InputError, match="at most 39600, a pass a day"):
        size(dataclasses.replace(LOAD, hours_a_day=11), once_a_day)


def test_a_pass_that_would_begin_before_its_cluster_is_refused() -> None:
    with pytest.raises(InputError, match="--every-seconds must be more"):
        size(LOAD, dataclasses.replace(PASSES, every_seconds=300))


def test_continuous_mode_waits_for_no_cluster() -> None:
    assert size(LOAD, dataclasses.replace(CONTINUOUS, every_seconds=10)).worst_seconds < 20


@pytest.mark.parametrize("page", ["docs/en/scale.md", "docs/pt-BR/scale.md"])
@pytest.mark.parametrize("events", [100, 1_000, 10_000, 100_000])
def test_the_page_has_the_sizes_that_are_worked_out(page: str, events: int) -> None:
    continuous, passes = (size(dataclasses.replace(LOAD, events_per_second=events), way) for way in (CONTINUOUS, PASSES))

    rows = {cells[0]: cells for row in Markdown.read(page).rows if len(cells := _plain(row)) == 8}

    told = rows[str(events)]
    assert told[2] == continuous.tier
    assert continuous.units is None or told[3] == str(continuous.units)
    assert [told[4], told[5], told[6]] == [str(number) for number in (continuous.partitions, continuous.cores, passes.cores)]
    assert told[1].split()[0] == f"{events * 12 * 43_200 / 1e6:.0f}"
    assert told[7] == f"{events * 1_900 * 43_200 / 1e9:.0f}"


@pytest.mark.parametrize("page", ["docs/en/scale.md", "docs/pt-BR/scale.md"])
def test_the_page_has_what_each_way_costs_and_the_figures_below_it(page: str) -> None:
    ways = (CONTINUOUS, PASSES, dataclasses.replace(PASSES, every_seconds=1_800))
    each = [size(dataclasses.replace(LOAD, events_per_second=100), way) for way in ways]

    markdown = Markdown.read(page)
    rows = [_plain(row) for row in markdown.rows]
    told = [[int(cell) for cell in cells[1:]] for cells in rows if len(cells) == 5 and cells[1].isdigit()]

    assert told == [[one.cores, *map(round, (one.node_hours, one.idle_node_hours, one.worst_seconds))] for one in each]
    assert [cells for cells in rows if len(cells) == 4 and cells[1] == str(sizing.DAY_LINES)] != []
    assert str(sizing.DAY_CORE_SECONDS) in markdown.text.replace(",", ".")


def _plain(row: str) -> list[str]:
    """Cells, numbers without what parts their thousands in either language."""
    return [re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", cell.strip()) for cell in row.strip("|").split("|")]
