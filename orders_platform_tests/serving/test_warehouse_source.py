"""Behind a SQL warehouse the room sees the same as over a folder."""

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests
from databricks.sdk.errors import InternalError, PermissionDenied, Unauthenticated

from orders_platform.serving import reading
from orders_platform.serving.lake_source import LakeSource
from orders_platform.serving.running import quarantine, quarantined, quarantined_body
from orders_platform.serving.source import LEDGER, Source, TableAway
from orders_platform.serving.warehouse_source import WarehouseSource
from orders_platform_tests.serving.shop import BROKEN, NOW, a_lake, a_pass, ago, tell, today
from orders_platform_tests.serving.warehouse import FaultyStatements, FolderStatements
from orders_platform_tests.small_lake import rewrite

SHOP = ZoneInfo("UTC")


def behind(lake: Path) -> WarehouseSource:
    return WarehouseSource(FolderStatements(lake), "warehouse", str(lake))


def answers(source: Source) -> list[object]:
    """Everything that the page asks of the tables."""
    with source.look() as ask:
        return [
            reading.shown_day(ask, NOW, SHOP),
            reading.day_sums(ask, today(), 28),
            reading.minute_sums(ask, today(), SHOP),
            reading.top_products(ask, today(), 28, "GBP"),
            reading.cancelled_days(ask, today(), 28, "GBP"),
            reading.days_to_cancel(ask, today(), 28),
            quarantine(ask),
            quarantined(ask, "total_matches"),
        ]


def test_every_answer_is_that_of_the_folder(tmp_path: Path) -> None:
    lake = a_lake(tmp_path)

    assert answers(behind(lake)) == answers(LakeSource(str(lake)))


def test_what_a_look_asks_twice_it_is_told_alike_while_a_writer_goes_on(tmp_path: Path) -> None:
    """The page's first line and its list of the quarantine are about the same messages."""
    lake = a_lake(tmp_path)

    with behind(lake).look() as ask:
        before = quarantine(ask)
        rewrite(lake, "silver.quarantine", lambda _: [])
        assert quarantine(ask) == before
    with behind(lake).look() as ask:
        assert quarantine(ask) == []


def test_a_body_comes_byte_for_byte(tmp_path: Path) -> None:
    with behind(a_lake(tmp_path)).look() as ask:
        [position] = quarantined(ask, "total_matches")

        assert quarantined_body(ask, position) == BROKEN


def test_the_ledger_is_told_oldest_first(tmp_path: Path) -> None:
    lake = a_lake(tmp_path)
    for place, minutes in enumerate((3, 9)):
        tell(lake, f"p{place}", ago(minutes), a_pass(ago(minutes), lag=1.0))

    assert [each.finished_at for each in behind(lake).reports(ago(60))] == [ago(9), ago(3)]


def test_a_table_that_was_never_made_is_missing(tmp_path: Path) -> None:
    lake = a_lake(tmp_path)
    shutil.rmtree(lake / "gold" / "daily_sales")

    with behind(lake).look() as ask, pytest.raises(TableAway) as away:
        reading.shown_day(ask, NOW, SHOP)

    assert away.value.is_missing


@pytest.mark.parametrize(
    "fault",
    [
        requests.ConnectionError("refused"),
        requests.ReadTimeout("too slow"),
        TimeoutError("out of tries"),
        InternalError("oh"),
        PermissionDenied("not yours"),
        Unauthenticated("who?"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_warehouse_that_does_not_serve_leaves_the_table_away(tmp_path: Path, fault: Exception) -> None:
    """A page shows a sentence then, whatever went wrong in between."""
    source = WarehouseSource(FaultyStatements(tmp_path, fault), "warehouse", "shop")

    with source.look() as ask, pytest.raises(TableAway) as table:
        reading.shown_day(ask, NOW, SHOP)
    with pytest.raises(TableAway) as ledger:
        source.reports(ago(60))

    assert [away.value.is_missing for away in (table, ledger)] == [False, False]
    assert ledger.value.table == LEDGER
