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
    [(1_000, "Standard", 2, 2), (10_000, "Standard", 19, 19), (20_000, "Premium", None, 38), (100_000, "Dedicated", None, 190)],
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


def test_no_pass_needs_more_hours_than_there_are() -> None:
    busy = dataclasses.replace(LOAD, events_per_second=10_000, hours_a_day=24)

    needed = size(busy, dataclasses.replace(PASSES, every_seconds=310))

    assert needed.node_hours <= 730 * needed.nodes


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


def _plain(row: str) -> list[str]:
    """Cells, numbers without what parts their thousands in either language."""
    return [re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", cell.strip()) for cell in row.strip("|").split("|")]
