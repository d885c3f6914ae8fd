"""The demo as users start it: its figures equal a fold of the CSV, and a second run changes nothing."""

import csv
import gzip
import json
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import psutil
import pytest

from orders_platform.local.home import locked_home
from orders_platform.local.sample_feed import SAMPLE
from orders_platform_tests.oracle.lake import digest

pytestmark = [pytest.mark.integration, pytest.mark.spark]
ROWS = 3000
GOLD = ("gold.daily_sales", "gold.product_sales", "gold.cancellations", "gold.product_prices", "gold.sales_by_minute")
SECONDS = 400


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that ended well, and the figures that it wrote."""

    home: Path
    told: dict[str, Any]

    @classmethod
    def run(cls, csv_file: Path, home: Path, *words: str) -> Self:
        figures = home.with_name("figures.json")
        done = _run("demo", "--csv", str(csv_file), "--home", str(home), "--json", str(figures), *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return cls(home, json.loads(figures.read_text()))

    @property
    def lake(self) -> Path:
        return self.home / "lake"


@pytest.fixture(scope="module")
def a_cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The oldest rows of the sample: whole orders, sales and cancellations of several days."""
    path = tmp_path_factory.mktemp("cut") / "cut.csv"
    with gzip.open(SAMPLE, "rt", newline="") as sample:
        header, *rows = csv.reader(sample)
    cut = {row[0] for row in rows[-ROWS:]}
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *(row for row in rows if row[0] in cut)])
    return path


@pytest.fixture(scope="module")
def first(a_cut: Path, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo in a fresh home."""
    return Demo.run(a_cut, tmp_path_factory.mktemp("demo") / "home")


def test_figures_equal_a_fold_of_the_csv(first: Demo, a_cut: Path) -> None:
    """To the penny."""
    expected = _fold(a_cut)

    assert {name: first.told[name] for name in expected} == expected
    assert (first.told["duplicates"], first.told["quarantined"]) == (0, 0)
    assert all(first.told["checks"].values())


@pytest.mark.long
def test_a_second_run_finds_duplicates_and_changes_nothing(first: Demo, a_cut: Path) -> None:
    before = {table: digest(first.lake, table) for table in GOLD}

    second = Demo.run(a_cut, first.home)

    expected = _fold(a_cut)
    assert {name: second.told[name] for name in expected} == expected
    assert (second.told["duplicates"], second.told["quarantined"]) == (first.told["events"], 0)
    assert all(second.told["checks"].values())
    assert {table: digest(first.lake, table) for table in GOLD} == before
    assert first.told.keys() == second.told.keys()


@pytest.mark.long
def test_orders_that_come_by_the_api_make_the_same_gold(first: Demo, a_cut: Path, tmp_path: Path) -> None:
    """Through the front door, the outbox and the relay; a second time they are there already."""
    by_api = Demo.run(a_cut, tmp_path / "home", "--via", "api")
    again = Demo.run(a_cut, tmp_path / "home", "--via", "api")

    assert {table: digest(by_api.lake, table) for table in GOLD} == {table: digest(first.lake, table) for table in GOLD}
    assert (by_api.told["duplicates"], again.told["duplicates"]) == (0, 0)
    assert by_api.told["net_minor"] == again.told["net_minor"] == first.told["net_minor"]


@pytest.mark.long
def test_the_demo_works_in_a_shell_of_another_world(
    a_cut: Path, first: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy for everything, a locale that is not installed, another Spark, and a folder of an odd name."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("SPARK_HOME", "SPARK_CONF_DIR", "HADOOP_CONF_DIR"):
        monkeypatch.setenv(name, "/opt/another")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    stood_in = tmp_path / "ação"
    stood_in.mkdir()
    monkeypatch.chdir(stood_in)

    odd = Demo.run(a_cut, tmp_path / "My Orders [v1] 50%, it's {a;b}~&=+$:*|" / "home")

    assert {table: digest(odd.lake, table) for table in GOLD} == {table: digest(first.lake, table) for table in GOLD}
    assert list(stood_in.iterdir()) == []


def test_a_csv_that_is_wrong_is_one_sentence_and_leaves_no_process(tmp_path: Path) -> None:
    """The hub that was started for it is gone, too."""
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("TransactionNo,Date\n1,12/1/2018\n")

    done = _run("demo", "--csv", str(wrong), "--home", str(tmp_path / "home"))

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("InputError:") or "InputError:" in done.stderr
    assert not [one for one in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(one.info["cmdline"] or ())]


def test_a_home_in_use_is_one_sentence(tmp_path: Path) -> None:
    """A second platform would fight the first one for its lake."""
    with locked_home(tmp_path):
        done = _run("demo", "--home", str(tmp_path))

    assert done.returncode == 1
    assert f"is already at work in {tmp_path}" in " ".join(done.stderr.split())


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orders_platform", *words], capture_output=True, text=True, check=False, timeout=SECONDS
    )


def _fold(file: Path) -> dict[str, int]:
    with file.open(newline="") as rows:
        lines = list(csv.DictReader(rows))
    minor = [int(Decimal(line["Price"]) * 100) * int(line["Quantity"]) for line in lines]
    orders = {line["TransactionNo"] for line in lines}
    cancellations = {order for order in orders if order.startswith("C")}
    gross, cancelled = sum(m for m in minor if m > 0), -sum(m for m in minor if m < 0)
    return {
        "events": len(orders),
        "orders": len(orders) - len(cancellations),
        "cancellations": len(cancellations),
        "lines": len(lines),
        "gross_minor": gross,
        "cancelled_minor": cancelled,
        "net_minor": gross - cancelled,
    }
