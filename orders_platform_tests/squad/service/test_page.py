"""The API's page in a real browser that reaches nobody but the service: on a laptop without the Internet, too."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from orders_platform_tests.browsing import NEEDS_CHROMIUM, a_browser
from orders_platform_tests.squad.service.served import Shop

pytestmark = [pytest.mark.integration]


@pytest.fixture
def page(shop: Shop) -> Iterator[Page]:
    """One tab, to which every other address is cut off, and in which nothing may go wrong unseen."""
    said: list[str] = []
    cut: list[str] = []

    def reach(route: Route) -> None:
        if route.request.url.startswith((shop.url, "data:")):
            route.continue_()
        else:
            cut.append(route.request.url)
            route.abort()

    with a_browser() as browser:
        page = browser.new_page()
        page.route("**/*", reach)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        yield page
    assert (cut, said) == ([], [])


@NEEDS_CHROMIUM
def test_an_order_is_placed_by_two_clicks_without_the_internet(page: Page, shop: Shop) -> None:
    page.goto(shop.url)
    page.get_by_text("Place an order").click()
    execute = page.get_by_role("button", name="Execute")
    execute.click()

    expect(page.locator(".live-responses-table tbody .response-col_status")).to_contain_text("201", timeout=20_000)
    [order] = shop.get("/orders", updated_since="2026-01-01T00:00:00Z").json()["orders"]
    assert page.url == f"{shop.url}/docs#/changes/place_orders_post"
    assert order["lines"][0]["product_no"] == "22384"


def test_the_page_names_each_call_and_lets_nothing_in_from_elsewhere(shop: Shop) -> None:
    start = requests.get(shop.url, timeout=30)
    calls = [call for path in shop.get("/openapi.json").json()["paths"].values() for call in path.values()]

    assert start.url == f"{shop.url}/docs"
    assert "default-src 'none'; script-src 'self'" in start.headers["Content-Security-Policy"]
    assert "//" not in start.text.replace("<!DOCTYPE", "")
    assert len({call["summary"] for call in calls}) == len(calls)
    assert [call["summary"] for call in calls if len(call["summary"].split()) < 3] == []
    assert shop.get("/docs/pages.py").status_code == 404


def test_health_tells_of_no_answer_that_it_never_gives(shop: Shop) -> None:
    paths = shop.get("/openapi.json").json()["paths"]

    assert {path: sorted(paths[path]["get"]["responses"]) for path in ("/health/live", "/health/ready")} == {
        "/health/live": ["200"],
        "/health/ready": ["200", "503"],
    }
