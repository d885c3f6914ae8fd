"""Serves the page on this machine until a signal says so, and says when it is ready."""

import contextlib
import importlib
import json
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from importlib.resources import files
from typing import Final

from streamlit import config
from streamlit.web import cli

from orders_platform.errors import EnvironmentFault
from orders_platform.serving.english import ENGLISH_WORDS
from orders_platform.serving.incidents import window_of
from orders_platform.serving.reading import shown_day
from orders_platform.serving.source import TableAway
from orders_platform.serving.sources import source_of
from orders_platform.serving.views import LIGHT, Charts
from orders_platform.serving.weekday import Against
from orders_platform.settings import Settings

HOST: Final = "127.0.0.1"
PREFERRED_PORT: Final = 8501
_LOOK_SECONDS: Final = 0.05
_LOOKS: Final = 1200
# nothing is sent anywhere, nothing is watched or edited, and a fault shows no traceback to those who look
OPTIONS: Final = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "viewer",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "server.showEmailPrompt": "false",
    "logger.hideWelcomeMessage": "true",
    "logger.level": "warning",
    "theme.light.primaryColor": "#3b76d6",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f3f5f7",
    "theme.light.textColor": "#1c2228",
    "theme.dark.primaryColor": "#6ea3f5",
    "theme.dark.backgroundColor": "#14181d",
    "theme.dark.secondaryBackgroundColor": "#1e242b",
    "theme.dark.textColor": "#e4e8ec",
}


def serve(port: int) -> None:
    """Serve on the loopback address alone; 0 takes a free port. Raises EnvironmentFault where the port is taken."""
    port = _bindable(port)
    _warm()
    threading.Thread(target=_tell_when_ready, args=(port,), daemon=True).start()
    cli.main([*arguments(), f"--server.address={HOST}", f"--server.port={port}"], standalone_mode=False)


def arguments() -> list[str]:
    """Streamlit's words for the page, wherever it is served."""
    page = str(files("orders_platform.serving").joinpath("page.py"))
    return ["run", page, *(f"--{name}={value}" for name, value in OPTIONS.items())]


def _warm() -> None:
    """Look and draw once before anyone does: the first time loads what all others use."""
    importlib.import_module("orders_platform.serving.page")
    settings, now = Settings.load(), datetime.now(UTC)
    window_of(settings).look(now)
    Charts(ENGLISH_WORDS, LIGHT).weekday(Against((), weeks=1, orders=0, usual=None)).to_dict()
    with source_of(settings).look() as ask, contextlib.suppress(TableAway):
        shown_day(ask, now, settings.zone)


def _bindable(port: int) -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as fault:
            raise EnvironmentFault(
                f"port {port} of {HOST} cannot be had ({fault.strerror}): name another one by --port"
            ) from fault
        return int(probe.getsockname()[1])


def _path() -> str:
    """Below which path Streamlit puts the page by its own settings, as they stand once it listens; empty without one."""
    given = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{given}" if given else ""


def _tell_when_ready(port: int) -> None:
    """One line of JSON with the address, once it answers."""
    for _ in range(_LOOKS):
        if _answers(port):
            break
        time.sleep(_LOOK_SECONDS)
    sys.stdout.write(json.dumps({"room": f"http://{HOST}:{port}{_path()}"}) + "\n")
    sys.stdout.flush()


def _answers(port: int) -> bool:
    asked = HTTPConnection(HOST, port, timeout=1)
    try:
        asked.connect()
        asked.request("GET", f"{_path()}/_stcore/health")
        return asked.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()
