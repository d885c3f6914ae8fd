"""`cost`: what it prints, and what it refuses."""

import json
import shlex

import pytest
from typer.testing import CliRunner

from orders_platform.cli import app
from orders_platform.errors import InputError
from orders_platform_tests.docs.markdown import Markdown

PRICED = ["--price-unit-hour", "0.10", "--price-node-hour", "2", "--price-million-events", "0.5", "--priced-on", "2026-11-26"]


def said(*options: str) -> str:
    done = CliRunner().invoke(app, ["cost", *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_month_adds_up_when_prices_are_given() -> None:
    told = json.loads(said("--events-per-second", "1000", "--mode", "continuous", *PRICED, "--json"))

    cluster = round(told["size"]["node_hours"] * 2)
    month = told["month"]
    assert month["items"] == {"hub": "146.00", "events": "657.00", "cluster": f"{cluster}.00", "storage": None}
    assert month["total"] == f"{146 + 657 + cluster}.00"
    assert month["idle"] == f"{146 + cluster}.00"
    assert month["without"] == ["storage"]
    assert told["priced_on"] == "2026-11-26"


def test_the_highest_price_of_the_greatest_load_is_a_bill() -> None:
    prices = [word for name in ("unit-hour", "node-hour", "million-events", "gb-month") for word in (f"--price-{name}", "1e9")]
    load = ("--events-per-second", "10000000", "--event-bytes", "900000", "--lines-per-event", "7500", "--hub-units", "1000")

    assert "in all" in said(*load, "--node-cores", "1", "--mode", "continuous", *prices, "--priced-on", "2026-11-26")


@pytest.mark.parametrize("command", Markdown.read("docs/en/scale.md").shell_commands)
def test_the_commands_of_the_page_end_well(command: str) -> None:
    program, verb, *options = shlex.split(command)

    assert (program, verb) == ("orders-platform", "cost")
    assert "why" in said(*options) or "worked out" in said(*options)


def test_a_day_and_what_has_no_price_stand_below_the_bill() -> None:
    assert "At your prices of 2026-11-26, in their currency; without storage." in said("--events-per-second", "1000", *PRICED)


def test_there_is_no_bill_when_no_price_is_given() -> None:
    told = said("--events-per-second", "1000")

    assert "No prices were given" in told
    assert "comes to" not in told


def test_the_arithmetic_is_shown() -> None:
    told = " ".join(said("--events-per-second", "1000").replace("│", " ").split())

    assert "1.9 MB/s" in told
    assert "102.5 core-s" in told


def test_units_that_only_a_measurement_tells_are_taken_from_the_user() -> None:
    options = ("--events-per-second", "100000", "--mode", "continuous", *PRICED, "--json")

    unknown, bought = json.loads(said(*options)), json.loads(said(*options, "--hub-units", "3"))

    assert unknown["month"]["items"]["hub"] is None
    assert "hub" in unknown["month"]["without"]
    assert bought["month"]["items"]["hub"] == "219.00"


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--events-per-second", "0"),
        ("--events-per-second", "nan"),
        ("--events-per-second", "10", "--hours-a-day", "25"),
        ("--events-per-second", "10", "--event-bytes", "900001"),
        ("--events-per-second", "10", "--price-node-hour", "-1"),
        ("--events-per-second", "10", "--price-node-hour", "NaN"),
        ("--events-per-second", "10", "--price-node-hour", "a lot"),
        ("--events-per-second", "10", "--price-node-hour", "-0", "--priced-on", "2026-11-26"),
        ("--events-per-second", "10", "--price-node-hour", "1e30", "--priced-on", "2026-11-26"),
        ("--events-per-second", "10", "--price-node-hour", "1e999999", "--priced-on", "2026-11-26"),
    ],
)
def test_what_is_no_load_or_price_is_refused(options: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, ["cost", *options]).exit_code == 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--mode", "sometimes"), "neither available-now nor continuous"),
        (("--price-node-hour", "1"), "prices change"),
        (("--priced-on", "2026-11-26"), "there are none"),
        (("--price-node-hour", "1", "--priced-on", "yesterday"), "is no day"),
        (("--every-seconds", "120"), "must be more"),
        (("--every-seconds", "43201"), "a pass a day"),
        (("--hub-units", "3"), "give --price-unit-hour"),
        (("--event-bytes", "900000", "--hub-units", "8", *PRICED), "needs 9 of Standard"),
        (("--hub-units", "41", *PRICED), "at most 40"),
    ],
)
def test_what_does_not_go_together_is_refused_in_a_sentence(options: tuple[str, ...], why: str) -> None:
    with pytest.raises(InputError, match=why):
        said("--events-per-second", "10", *options)
