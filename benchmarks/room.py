"""The control room in a real browser: how soon its numbers stand, and how long a refresh takes; over the dataset and far more."""

import shutil
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, WebSocket, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.big_gold import Sold, write_gold, write_hour
from benchmarks.figures import Figure, Section
from benchmarks.orders import History
from benchmarks.workplace import Workplace
from orders_platform.errors import EnvironmentFault
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Children
from orders_platform.local.room_process import room_address, start_room
from orders_platform.settings import pass_on

_CHARTS: Final = "[data-testid=stVegaLiteChart] svg.marks"
_CHARTS_OF_A_PAGE: Final = 4
_MOST_MS: Final = 60_000
_LOOK_MS: Final = 100
_REFRESH_SECONDS: Final = 60.0
_PASS_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Visits:
    """How often the page is opened, how many of its refreshes are waited for, and how many orders the large gold is of."""

    opened: int = 5
    refreshes: int = 4
    orders: int = 10_000_000
    days: int = 730


# without slots: Playwright keeps what it wraps a method in beside it
@dataclass
class _Refreshes:
    """From a page's asking until the server has sent all of the answer, as the page's own socket sees it."""

    seconds: list[float] = field(default_factory=list)
    asked_at: float | None = None

    def watch(self, socket: WebSocket) -> None:
        """Listen to both directions."""
        socket.on("framesent", lambda _: self._asked())
        socket.on("framereceived", self._answered)

    def _asked(self) -> None:
        self.asked_at = time.monotonic()

    def _answered(self, frame: bytes | str) -> None:
        message = ForwardMsg()
        message.ParseFromString(frame if isinstance(frame, bytes) else frame.encode())
        if message.WhichOneof("type") == "script_finished" and self.asked_at is not None:
            self.seconds.append(time.monotonic() - self.asked_at)
            self.asked_at = None


def measure(place: Workplace, history: History, visits: Visits) -> Section:
    """Over the dataset as a pass leaves it, and over a gold of ten million orders."""
    dataset, large = place.root / "room_dataset", place.root / "room_large"
    _pass(place, history, dataset)
    with place.step(f"gold of {visits.orders:,} orders"):
        rows = write_gold(large, Sold(visits.orders, visits.days, datetime.now(UTC)))
    figures: list[Figure] = []
    told: dict[str, object] = {"large_rows": rows}
    for key, lake, what in (
        ("", dataset, f"control room over {history.lines:,} lines"),
        ("large_", large, f"control room over {visits.orders:,} orders, {rows:,} rows of gold"),
    ):
        write_hour(lake, datetime.now(UTC))
        with place.step(what):
            first, refreshes = _seen(lake, visits)
        told |= {f"{key}first": first, f"{key}refreshes": refreshes}
        paint = f"{what}: opened to all numbers and charts, worst of {len(first)}"
        figures += [
            Figure(f"room_{key}first_paint_seconds", paint, "s", max(first)),
            Figure(f"room_{key}refresh_seconds", f"{what}: a refresh, worst of {len(refreshes)}", "s", max(refreshes)),
        ]
    return Section("room", tuple(figures), told)


def _pass(place: Workplace, history: History, lake: Path) -> None:
    """The dataset once, by one pass as people start it."""
    with place.hub("room_hub") as hub, Children(place.root / "room_logs") as children:
        total = len(history.dataset)
        place.send(hub, history.messages(history.most - 1, history.most), what=f"{total:,} order events", total=total)
        pass_on({"ORDERS_LAKE": str(lake)})
        with place.step(f"one pass: {history.lines:,} lines"):
            child = children.start("pass", verb("pass", "--json"))
            child.read_line(_PASS_SECONDS)
            while not child.ended:
                time.sleep(_LOOK_MS / 1000)


def _seen(lake: Path, visits: Visits) -> tuple[list[float], list[float]]:
    """Seconds of each first paint, and of each refresh of the last page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise EnvironmentFault("the control room is measured in Chromium: install Debian's package chromium, or leave out `room`")
    first: list[float] = []
    refreshes = _Refreshes()
    pass_on({"ORDERS_LAKE": str(lake)})
    with Children(lake.parent / "room_logs") as children, sync_playwright() as playwright:
        address = room_address(start_room(children))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(visits.opened - 1):
            page, seconds = _opened(browser, address, _Refreshes())
            first.append(seconds)
            page.context.close()
        page, seconds = _opened(browser, address, refreshes)
        first.append(seconds)
        # what was asked for while the page was being opened is a part of that
        refreshes.seconds.clear()
        until = time.monotonic() + _REFRESH_SECONDS
        while len(refreshes.seconds) < visits.refreshes and time.monotonic() < until:
            page.wait_for_timeout(_LOOK_MS)
        browser.close()
    return first, refreshes.seconds


def _opened(browser: Browser, address: str, refreshes: _Refreshes) -> tuple[Page, float]:
    """A browser that has never been there opens the page."""
    page = browser.new_context(locale="en-GB").new_page()
    page.on("websocket", refreshes.watch)
    start = time.monotonic()
    page.goto(address)
    page.locator(".room-figure .value").first.wait_for(timeout=_MOST_MS)
    page.locator(_CHARTS).nth(_CHARTS_OF_A_PAGE - 1).wait_for(timeout=_MOST_MS)
    return page, time.monotonic() - start
