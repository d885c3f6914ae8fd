"""The service in a thread, without its cluster; an update of its pipeline is a small program that a test writes."""

import asyncio
import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from databricks.sdk import WorkspaceClient

from orders_platform.emulators.databricks.api import application
from orders_platform.emulators.databricks.process import HOST, _listening
from orders_platform.emulators.databricks.service import Service, ServiceOptions
from orders_platform_tests.emulators.databricks.service_process import client_of
from orders_platform_tests.local.waiting import wait_until

_PATIENCE_S = 60
_Result = TypeVar("_Result")

# says what the shipped command says
GOES_WELL = """
import json, sys
for flow in ("from_hub", "silver_messages", "gold_daily_sales"):
    print(f"{flow} is done", file=sys.stderr, flush=True)
print(json.dumps({
    "written": {"bronze_order_events": 5, "silver_messages": 3, "silver_order_events": 3, "silver_orders": 2,
                "silver_quarantine": 2, "gold_daily_sales": 1, "gold_sales_by_minute": 1, "gold_product_sales": 1,
                "gold_product_prices": 1},
    "expectations": {"well_formed": {"passed": 4, "failed": 1}, "total_matches": {"passed": 5, "failed": 0}}}))
"""
FAILS = """
import sys
print("from_hub is done", file=sys.stderr, flush=True)
sys.exit("PipelineFailed: the declarative pipeline failed: no such column")
"""
GOES_ON = """
import sys, time
print("from_hub is done", file=sys.stderr, flush=True)
time.sleep(600)
"""
STAYS = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("from_hub is done", file=sys.stderr, flush=True)
time.sleep(600)
"""


@dataclass(frozen=True, slots=True)
class PipelineService:
    """A workspace over sockets."""

    service: Service
    client: WorkspaceClient
    settings: dict[str, str]
    program: Path

    def runs(self, program: str) -> None:
        """Let the next update be this program."""
        self.program.write_text(program)

    @property
    def children(self) -> list[int]:
        """Processes of updates that are there."""
        child = self.service.pipeline._child
        return [child.pid] if child else []

    def state(self, update_id: str) -> str:
        """How far an update is."""
        update = self.client.pipelines.get_update("local", update_id).update
        return update.state.value if update and update.state else ""

    def start(self) -> str:
        return self.client.pipelines.start_update("local").update_id or ""

    def ended(self, update_id: str) -> str:
        """How an update ended."""
        wait_until(lambda: self.state(update_id) in {"COMPLETED", "FAILED", "CANCELED"}, 60)
        return self.state(update_id)


@contextmanager
def pipeline_service(folder: Path, program: str = GOES_WELL) -> Iterator[PipelineService]:
    """Serve for as long as the block lasts."""
    source = folder / "update.py"
    source.write_text(program)
    data = folder / "service"
    options = ServiceOptions(
        data, "token", 0, 1, grace_seconds=1, volumes=(folder,), session=":", update=(sys.executable, "-SE", str(source))
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="pipelines", daemon=True)
    thread.start()
    with _listening(0) as listener:
        service = _on(loop, _made(options))
        server = uvicorn.Server(uvicorn.Config(application(service), log_level="warning", lifespan="off"))
        serving = asyncio.run_coroutine_threadsafe(server.serve(sockets=[listener]), loop)
        settings = {
            "DATABRICKS_HOST": f"http://{HOST}:{listener.getsockname()[1]}",
            "DATABRICKS_TOKEN": options.token,
            "DATABRICKS_AUTH_TYPE": "pat",
            "ORDERS_PIPELINE": "local",
        }
        try:
            yield PipelineService(service, client_of(settings["DATABRICKS_HOST"], "token"), settings, source)
        finally:
            _on(loop, service.stop())
            server.should_exit = True
            serving.result(_PATIENCE_S)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_PATIENCE_S)
            loop.close()


async def _made(options: ServiceOptions) -> Service:
    """Its store is the thread's that opens it."""
    return Service(options)


def _on(loop: asyncio.AbstractEventLoop, act: Coroutine[Any, Any, _Result]) -> _Result:
    return asyncio.run_coroutine_threadsafe(act, loop).result(_PATIENCE_S)
