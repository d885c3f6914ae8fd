"""The page in a real browser, served as people start it: numbers are gold's, and new ones come without a reload."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from orders_platform_tests.browsing import NEEDS_CHROMIUM, a_browser
from orders_platform_tests.oracle.lake import rows
from orders_platform_tests.serving.shop import MUGS, a_day, a_lake, ordered

pytestmark = [pytest.mark.integration, pytest.mark.long, NEEDS_CHROMIUM]
REFRESH = 20_000
CHARTS = "[data-testid=stVegaLiteChart] svg.marks"
# far from the shop's clock
ELSEWHERE = "America/New_York"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_lake(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def address(lake: Path) -> Iterator[str]:
    """The page as a process of its own."""
    command = [sys.executable, "-m", "orders_platform", "room", "serve", "--port", "0"]
    with subprocess.Popen(command, env=os.environ | {"ORDERS_LAKE": str(lake)}, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield json.loads(line)["room"]
        finally:
            process.terminate()
            # though browsers still look at it
            assert process.wait(20) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture
def page(address: str, browser: Browser) -> Iterator[Page]:
    """One tab, with English spoken, which asks nobody but the page's own server."""
    context = browser.new_context(locale="en-GB", timezone_id=ELSEWHERE)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def figure(page: Page, label: str) -> str:
    """A figure of the page by what stands over it."""
    return page.locator(".room-figure", has_text=label).first.locator(".value").inner_text()


def test_figures_are_golds_and_new_orders_come_without_a_reload(page: Page, lake: Path) -> None:
    expect(page.get_by_text("Net, GBP").first).to_be_visible(timeout=REFRESH)
    day = [row for row in rows(lake, "gold.daily_sales") if f"{row['order_date']}" == "2019-02-28"]
    assert figure(page, "Orders") == str(sum(row["orders"] for row in day))
    assert figure(page, "Net, GBP") == f"{sum(row['net_minor'] for row in day if row['currency'] == 'GBP') / 100:,.2f}"
    expect(page.locator(CHARTS)).to_have_count(4, timeout=REFRESH)
    page.evaluate(
        f"window.isTheSame = true; document.querySelectorAll('{CHARTS}').forEach(chart => {{ chart.isTheSame = true }})"
    )

    a_lake(lake.parent, [*a_day(), ordered("new", "2019-02-28T12:25", lines=MUGS)])

    expect(page.locator(".room-figure", has_text="Orders").first.locator(".value")).to_have_text("4", timeout=REFRESH)
    assert figure(page, "Net, GBP") == "15.00"
    assert page.evaluate("window.isTheSame") is True
    assert page.evaluate(f"[...document.querySelectorAll('{CHARTS}')].map(chart => chart.isTheSame)") == [True] * 4


def test_the_language_is_the_addresss_and_a_click_away(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=pt-BR")
    expect(page.get_by_role("heading", name="Sala de controle")).to_be_visible(timeout=REFRESH)

    page.get_by_role("radio", name="en", exact=True).click()

    expect(page.get_by_role("heading", name="Control room")).to_be_visible(timeout=REFRESH)


def test_a_phone_needs_no_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("tab", name="Platform").click()

    expect(page.get_by_text("gold.sales_by_minute")).to_be_visible(timeout=REFRESH)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_it_listens_on_this_machine_alone_and_a_taken_port_is_one_sentence(address: str, tmp_path: Path) -> None:
    port = address.rpartition(":")[2]
    assert address.startswith("http://127.0.0.1:")
    command = [sys.executable, "-m", "orders_platform", "room", "serve", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)

    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be had" in " ".join(done.stderr.split())
