"""The job's parameters: what Dagster writes is what the cluster reads, and a wrong one is told in a sentence."""

from dataclasses import replace
from datetime import date

import pytest

from orders_platform.errors import InputError
from orders_platform.lakehouse.quarantine.asked import Release, Selection
from orders_platform.lakehouse.work import MODES, PARAMETERS, PIPES_CONTEXT, PIPES_MESSAGES, Work, as_words, read_words

WHOLE = Work(
    mode="rebuild",
    tables=("gold.daily_sales", "gold.product_sales"),
    pass_id="7f",
    generation="orders-1",
    tails={"0": 12, "1": 0},
    first_day=date(2026, 1, 5),
    last_day=date(2026, 1, 6),
    capture="/data/{EventHub}/{PartitionId}",
    release=Release(Selection(("total_matches",)), "the squad's total was wrong", repairs=("total_from_lines",)),
    asked_by="ana",
    settings={"ORDERS_LAKE": "shop dev", "ORDERS_HUB_NAME": "o=1"},
)


@pytest.mark.parametrize("work", [Work(), WHOLE, Work(mode="continuous"), replace(WHOLE, mode="totals")])
def test_work_comes_through_a_command_line_unchanged(work: Work) -> None:
    assert read_words(as_words(work.parameters())) == (work, {})


def test_totals_are_told_and_the_backup_is_kept_without_changing_a_table() -> None:
    assert [mode for mode in MODES if not Work(mode).writes] == ["backup", "check-backup", "totals"]


def test_empty_pipes_parameters_mean_that_nobody_listens() -> None:
    """A bundle's job declares them empty; Dagster fills them in."""
    words = [*as_words(Work().parameters()), f"--{PIPES_CONTEXT}=", f"--{PIPES_MESSAGES}="]

    assert read_words(words) == (Work(), {})
    assert read_words([f"--{PIPES_CONTEXT}=a", f"--{PIPES_MESSAGES}=b"])[1] == {PIPES_CONTEXT: "a", PIPES_MESSAGES: "b"}


def test_every_parameter_is_one_of_the_job() -> None:
    assert {*Work().parameters(), PIPES_CONTEXT, PIPES_MESSAGES} == set(PARAMETERS)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("--mode=batch", f"--mode batch is none of {', '.join(MODES)}"),
        ("--tails=0:1", "--tails is no JSON"),
        ("--tails=[1]", "--tails is no JSON object"),
        ('--tails={"0": "1"}', "--tails has no whole number for partition 0"),
        ('--tails={"0": true}', "--tails has no whole number for partition 0"),
        ("--first_day=05/01/2026", "--first_day 05/01/2026 is no day like 2026-01-31"),
        ("--settings=x", "--settings is no JSON"),
    ],
)
def test_a_wrong_parameter_is_told_by_its_name(word: str, said: str) -> None:
    with pytest.raises(InputError, match="^" + said.replace("(", "\\(")):
        read_words([word])
