"""What a run tells of maintenance, in a line of Dagster's log, and of totals, in a message; where nobody listens, in print."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from dagster_pipes import PipesContextData, encode_param

from orders_platform.lakehouse.day_totals import DayTotals, Totals, totals_told
from orders_platform.lakehouse.report import Upkeep
from orders_platform.lakehouse.telling import telling
from orders_platform.lakehouse.work import PIPES_CONTEXT, PIPES_MESSAGES

UPKEEP = Upkeep("gold.daily_sales", files_before=7, files_after=1, bytes_freed=12345, seconds=1.25)
SENTENCE = "gold.daily_sales: 7 files made 1, 12,345 bytes freed, 1.2 s"


def pipes(folder: Path | str) -> dict[str, str]:
    context: PipesContextData = {
        "asset_keys": None,
        "code_version_by_asset_key": None,
        "provenance_by_asset_key": None,
        "partition_key": None,
        "partition_key_range": None,
        "partition_time_window": None,
        "run_id": "r",
        "job_name": "maintenance",
        "retry_number": 0,
        "extras": {},
    }
    return {PIPES_CONTEXT: encode_param({"data": context}), PIPES_MESSAGES: encode_param({"path": str(folder)})}


def test_dagster_hears_of_each_table_as_it_is_done(tmp_path: Path) -> None:
    with telling(pipes(tmp_path)) as tell:
        tell(UPKEEP, None)
        told = [json.loads(line) for path in sorted(tmp_path.glob("*.json")) for line in path.read_text().splitlines()]

    assert [(message["method"], message["params"].get("message")) for message in told[1:]] == [("log", SENTENCE)]


def test_a_year_of_totals_goes_through_one_file_unchanged(tmp_path: Path) -> None:
    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(366))
    year = Totals(
        7, tuple(DayTotals(day, currency, 12, 1, 2**53 + 1, 5, 2**53 - 4) for day in days for currency in ("EUR", "GBP"))
    )

    with telling(pipes(tmp_path)) as tell:
        tell(year, None)
    files = [path.read_text().splitlines() for path in sorted(tmp_path.glob("*.json"))]

    messages = [json.loads(line) for lines in files for line in lines]
    told = [message["params"]["payload"] for message in messages if message["method"] == "report_custom_message"]
    assert totals_told(told) == year
    assert len(files) == len(["opened", "totals", "closed"])


def test_totals_of_no_day_are_told_and_none_are_not() -> None:
    """A shop that sold nothing is another thing than a run that forgot to say."""
    assert totals_told([Totals(7, ()).message()]) == Totals(7, ())
    assert totals_told([{"something": "else"}, "text"]) is None


def test_without_dagster_totals_are_a_line_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    with telling({}) as tell:
        tell(Totals(7, (DayTotals(date(2026, 11, 2), "GBP", 12, 1, 300, 100, 200),)), None)

    assert capsys.readouterr().out == (
        "2026-11-02 GBP: orders 12, cancellations 1, gross_minor 300, cancelled_minor 100, net_minor 200\n"
    )


def test_without_dagster_the_line_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with telling({}) as tell:
        tell(UPKEEP, None)

    assert capsys.readouterr().out == f"{SENTENCE}\n"


@pytest.mark.parametrize(
    ("freed", "kept", "said"),
    [
        (None, "", "an untold number of bytes freed"),
        (0, "silver.orders did not read it for 30 days: run a pass", "old files stay: silver.orders did not read it for 30 days"),
    ],
)
def test_what_was_not_removed_is_told(freed: int | None, kept: str, said: str) -> None:
    assert said in Upkeep("t", 1, 1, freed, 0.0, kept).sentence
