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
AHEAD = "2031-05-05T05:05:05Z"


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
    """One tab, with English spoken and a clock years ahead. It asks nobody but the page's own server, and tells of no fault."""
    context = browser.new_context(locale="en-GB", timezone_id=ELSEWHERE)
    asked: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: faults.extend([message.text] if message.type in {"warning", "error"} else []))
    page = context.new_page()
    page.clock.set_system_time(AHEAD)
    page.goto(address)
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert faults == []


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

    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")

    page.get_by_role("radio", name="en", exact=True).click()

    expect(page.get_by_role("heading", name="Control room")).to_be_visible(timeout=REFRESH)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_page_that_is_not_refreshed_says_so_until_it_is(page: Page) -> None:
    """Else its green dots would tell for ever that all is well."""
    expect(page.get_by_text("1 in quarantine")).to_be_visible(timeout=REFRESH)
    old = page.get_by_text("no longer refreshed")
    expect(old).to_be_hidden()

    # as if the time had passed in which refreshes come
    then = page.evaluate("""() => {
        document.getAnimations().filter(each => each.animationName === "room-appear").forEach(each => each.finish())
        return [".room-old", ".room-veil"].map(name => getComputedStyle(document.querySelector(name)).visibility)
    }""")

    assert then == ["visible", "visible"]
    expect(old).to_be_hidden(timeout=REFRESH)


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


def test_names_are_text_whatever_is_in_them(page: Page, lake: Path) -> None:
    """What markdown, HTML, formulas and emoji are made of, and a long one; and the numbers beside them stay in sight."""
    names = [
        "$1 or $x^2$",
        ":x: :material/home:",
        "a|b",
        "[a](b)",
        "<b>b</b><img src=x onerror=alert(1)>",
        "L" * 300,
    ]
    placed = [ordered(f"h{number}", "2019-02-28T12:00", country=name) for number, name in enumerate(names)]
    a_lake(lake.parent, [*a_day(), *placed])
    page.set_viewport_size({"width": 390, "height": 844})

    for name in names:
        expect(page.locator(".room-name", has_text=name).first).to_have_text(name, timeout=REFRESH)

    widths = page.evaluate("[...document.querySelectorAll('.room-scroll')].map(table => table.scrollWidth - table.clientWidth)")
    assert widths == [0] * len(widths)
