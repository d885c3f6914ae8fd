"""The page as Streamlit runs it, without a browser: what it says, in both languages, whatever the lake is like."""

import re
import shutil
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from orders_platform.lakehouse.report import CheckResult
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.serving.shop import CUSTOMER, NOW, PENS, a_day, a_lake, a_pass, ordered, tell
from orders_platform_tests.small_lake import rewrite

SECONDS = 30


def opened(lake: Path, environment: pytest.MonkeyPatch, *, language: str = "en", tab: str = "Sales") -> AppTest:
    """The page over a lake, with one of its tabs open."""
    environment.setenv("ORDERS_LAKE", str(lake))
    page = AppTest.from_file(str(files("orders_platform.serving").joinpath("page.py")), default_timeout=SECONDS)
    page.query_params["lang"] = language
    page.session_state[f"tab-{language}"] = tab
    page.run()
    assert [each.value for each in page.exception] == []
    return page


def said(page: AppTest) -> str:
    """All its text, without the marks between."""
    blocks = [_body(each) for each in page.get("html")]
    texts = [re.sub(r"<[^>]+>", " ", block) for block in blocks if not block.lstrip().startswith(("<style", "<script"))]
    return " ".join(" ".join([unescape(text) for text in texts] + [each.value for each in (*page.info, *page.caption)]).split())


def test_the_figures_are_golds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(a_lake(tmp_path), monkeypatch)

    text = said(page)
    assert "No orders today. This is Thu 28 Feb 2019, the newest day that has some." in text
    assert "Orders 3 +100% against the usual Thursday; all currencies Cancellations 2 all currencies" in text
    assert "Gross, GBP 15.00 Cancelled, GBP 10.00 67% of gross Net, GBP 5.00" in text
    assert "Mug of the shop 2 10.00" in text
    assert "Cancellations, 28 days 2 Cancelled, 28 days, GBP 10.00 Orphans 1 50%" in text
    assert "Thu 28 Feb 2019, 10:21 to 12:20; an order counts in the minute of its last change." in text
    assert "Grey" not in text
    assert "Being counted" not in text


@pytest.mark.parametrize("held", [0, 1], ids=["nothing yet", "a part"])
def test_tables_that_are_filled_later_do_not_contradict_the_days_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    """A pass has filled gold.daily_sales, and is at work on the others."""
    lake = a_lake(tmp_path)
    for table in ("gold.product_sales", "gold.cancellations", "gold.sales_by_minute"):
        rewrite(lake, table, lambda rows: rows[:held])

    text = said(opened(lake, monkeypatch))

    assert "Orders 3" in text
    assert "Cancellations 2 all currencies" in text
    assert "Cancellations, 28 days 2 Cancelled, 28 days, GBP 10.00" in text
    assert "Being counted: gold.product_sales does not have the same orders as gold.daily_sales yet." in text
    assert "Being counted: gold.cancellations does not have" in text
    assert "Nothing was" not in text


def test_what_was_not_sold_or_cancelled_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [ordered(name, "2019-02-21T09:00") for name in ("w1", "w2")]
    lake = a_lake(tmp_path, [*before, ordered("euro", "2019-02-28T09:00", currency="EUR")])

    text = said(opened(lake, monkeypatch))

    assert "Orders 1" in text
    assert text.count("Nothing was sold in these days.") == 2
    assert "Nothing was cancelled in these days." in text
    assert "Being counted" not in text


def test_a_chart_of_nothing_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = a_lake(tmp_path, [ordered("first", "2019-02-28T10:15")])
    rewrite(lake, "gold.sales_by_minute", lambda _: [])

    assert "Nothing to draw yet: no order of this day has its minute" in said(opened(lake, monkeypatch))


def test_another_currency_is_another_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(a_lake(tmp_path), monkeypatch)

    page.segmented_control(key="currency").set_value("EUR").run()

    assert "Gross, EUR 10.00 Cancelled, EUR 0.00 0% of gross Net, EUR 10.00" in said(page)


def test_more_days_are_a_click_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(a_lake(tmp_path), monkeypatch)
    assert "Norway" not in said(page)

    page.segmented_control(key="days").set_value(7).run()

    assert "Norway 1 5.00" in said(page)


def test_everything_is_said_in_portuguese_when_the_address_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(a_lake(tmp_path), monkeypatch, language="pt-BR")

    text = said(page)
    assert "Sala de controle" in text
    assert "Bruto, GBP 15,00 Cancelado, GBP 10,00 67% do bruto Líquido, GBP 5,00" in text
    assert [tab.label for tab in page.tabs] == ["Vendas", "Plataforma"]


@pytest.mark.parametrize("tab", ["Sales", "Platform"])
def test_an_empty_lake_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tab: str) -> None:
    page = opened(tmp_path / "lake", monkeypatch, tab=tab)

    assert {"Sales": "There are no orders yet.", "Platform": "silver.quarantine is not there yet"}[tab] in said(page)


def test_a_table_that_is_missing_leaves_the_rest_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = a_lake(tmp_path)
    shutil.rmtree(lake / "gold" / "product_sales")

    text = said(opened(lake, monkeypatch))

    assert "gold.product_sales is not there yet: a pass makes it." in text
    assert "United Kingdom 1 0.00" in text


def test_a_table_that_cannot_be_read_leaves_the_rest_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = a_lake(tmp_path)
    for file in (lake / "gold" / "sales_by_minute").glob("*.parquet"):
        file.unlink()

    text = said(opened(lake, monkeypatch))

    assert "gold.sales_by_minute cannot be read just now; the next refresh looks again." in text
    assert "Mug of the shop" in text


def test_a_ledger_that_cannot_be_read_leaves_the_rest_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = a_lake(tmp_path)
    (lake / "ops").mkdir(exist_ok=True)
    (lake / "ops" / "ledger").write_text("no folder")

    text = said(opened(lake, monkeypatch))

    assert "ops.ledger cannot be read just now; the next refresh looks again." in text
    assert "Mug of the shop" in text


def test_a_catalog_without_a_workspace_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("DATABRICKS_WAREHOUSE_ID", "w")
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ORDERS_LAKE", "shop")

    page = AppTest.from_file(str(files("orders_platform.serving").joinpath("page.py")), default_timeout=SECONDS).run()

    assert [each.value for each in page.exception] == []
    assert "no Databricks workspace is named: set DATABRICKS_HOST" in page.error[0].value


def test_nobody_is_shown_and_foreign_text_is_only_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A country is what the shop has typed."""
    lake = a_lake(
        tmp_path, [*a_day(), body(an_event("x", placed_at="2019-02-28T10:00:00+00:00", country="<b onclick=x>", lines=PENS))]
    )

    pages = [opened(lake, monkeypatch, tab=tab) for tab in ("Sales", "Platform")]
    pages[1].pills(key="reason").set_value("total_matches").run()
    position = pages[1].selectbox(key="position-total_matches")
    position.set_value(position.options[0]).run()

    sent = " ".join(str(element.proto) for page in pages for element in page.main)
    assert "orders-1763875200000" in sent
    assert '"total_minor": 1' in unescape(said(pages[1]))
    assert "&lt;b onclick=x&gt;" in sent
    assert "<b onclick" not in sent
    assert CUSTOMER not in sent
    assert "jane" not in sent


def test_the_platforms_state_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = a_lake(tmp_path)
    broken = CheckResult("key_unique", passed=False)
    tell(lake, "p1", NOW, a_pass(NOW, lag=4, checks=(broken, CheckResult("agrees_with_events", passed=True))))

    text = said(opened(lake, monkeypatch, tab="Platform"))

    assert "failing checks: 1" in text
    assert "failed gold.daily_sales key_unique" in text
    assert "gold.daily_sales 90" in text
    assert "No pass brought gold a message in the last hour." in text
    assert "1 in quarantine" in text
    assert "total_matches 1" in text


def test_environment_and_time_zone_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_ENVIRONMENT", "prod")
    monkeypatch.setenv("ORDERS_TIMEZONE", "America/Sao_Paulo")

    assert re.search(r"Control room prod as of \d\d:\d\d:\d\d, America/Sao_Paulo", said(opened(a_lake(tmp_path), monkeypatch)))


def _body(element: Any) -> str:
    """Streamlit's tests have no class for a piece of HTML."""
    return str(element.proto.body)
