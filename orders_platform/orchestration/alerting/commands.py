"""`alerts heartbeat`: Dagster cannot tell of its own death, so somebody outside must ask."""

import json
from typing import Annotated

import typer

from orders_platform.errors import SettingsError


def heartbeat(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to serve at; 0 takes a free one.")] = 8787,
    host: Annotated[str, typer.Option(help="Address to serve at.")] = "127.0.0.1",
) -> None:
    """Serve the age of the alerts' last loop and of each sensor's last good look until Ctrl-C; 503 where one is too old.

    Prints one line of JSON with its address when it is ready.
    """
    import signal
    import sys
    import threading

    from dagster import DagsterError, DagsterInstance

    from orders_platform.alerts.database import engine_of
    from orders_platform.alerts.heartbeat import Pulse
    from orders_platform.alerts.serving import served
    from orders_platform.alerts.store import AlertStore
    from orders_platform.orchestration.alerting.beating import Records
    from orders_platform.settings import Settings

    settings, stop = Settings.load(), threading.Event()
    try:
        instance = DagsterInstance.get()
    except DagsterError as fault:
        raise SettingsError("nothing tells where Dagster's records are: set DAGSTER_HOME as Dagster's daemon has it") from fault
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    records = Records(AlertStore(engine_of(settings)), instance, Pulse(settings.alerts.heartbeat_seconds))
    with served(records.take, host, port) as address:
        sys.stdout.write(json.dumps({"heartbeat": address}) + "\n")
        sys.stdout.flush()
        stop.wait()
