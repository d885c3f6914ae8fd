"""A shell that names a proxy, a locale or a temporary folder: this machine's own services and files are reached all the same."""

import json
import locale
import os
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from orders_platform.process_settings import in_utf8, temporary_folder, without_proxy_here

# nobody listens there
DEAD_PROXY = "http://127.0.0.1:9"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"userName": "me"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A server of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def _behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a company's machine: everything goes by a proxy, and no exception is named."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in PROXIES:
        monkeypatch.setenv(name, DEAD_PROXY)
    for name, text in without_proxy_here(os.environ).items():
        monkeypatch.setenv(name, text)


def by_urllib(address: str) -> int:
    with urllib.request.build_opener().open(address, timeout=5) as answer:
        return int(answer.status)


def by_requests(address: str) -> int:
    import requests

    return requests.get(address, timeout=5).status_code


def by_azure(address: str) -> int:
    from azure.core import PipelineClient
    from azure.core.rest import HttpRequest, HttpResponse

    client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(address)
    with client:
        return int(client.send_request(HttpRequest("GET", address)).status_code)


def by_databricks(address: str) -> int:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.core import Config

    config = Config(host=address, token="t", auth_type="pat", retry_timeout_seconds=1)
    return 200 if WorkspaceClient(config=config).current_user.me().user_name == "me" else 0


def by_aiohttp(address: str) -> int:
    import asyncio

    import aiohttp

    async def ask() -> int:
        async with aiohttp.ClientSession(trust_env=True) as session, session.get(address) as answer:
            return answer.status

    return asyncio.run(ask())


@pytest.mark.usefixtures("_behind_a_proxy")
@pytest.mark.parametrize("ask", [by_urllib, by_requests, by_azure, by_databricks, by_aiohttp])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_each_library_reaches_this_machine_without_the_proxy(address: str, host: str, ask: Callable[[str], int]) -> None:
    assert ask(address.replace("127.0.0.1", host)) == 200


@pytest.mark.usefixtures("_behind_a_proxy")
def test_grpc_reaches_this_machine_without_the_proxy() -> None:
    """By it Spark Connect's client and Dagster's processes talk."""
    from concurrent.futures import ThreadPoolExecutor

    import grpc

    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"localhost:{port}") as channel:
            grpc.channel_ready_future(channel).result(timeout=10)
    finally:
        server.stop(None).wait()


@pytest.mark.parametrize("name", [*PROXIES, "grpc_proxy"])
def test_exceptions_that_are_there_stay(name: str) -> None:
    changes = without_proxy_here({name: "http://proxy:8080", "NO_PROXY": "shop.example, localhost"})

    assert changes == dict.fromkeys(("no_proxy", "NO_PROXY"), "shop.example,localhost,127.0.0.1,::1")


def test_each_name_of_the_exceptions_keeps_its_own() -> None:
    env = {"http_proxy": DEAD_PROXY, "no_proxy": "a.example", "NO_PROXY": "b.example", "no_grpc_proxy": "c.example"}

    changes = without_proxy_here(env)

    assert {name: text.partition(",")[0] for name, text in changes.items()} == {
        "no_proxy": "a.example", "NO_PROXY": "b.example", "no_grpc_proxy": "c.example",
    }  # fmt: skip


@pytest.mark.parametrize("env", [{}, {"http_proxy": ""}, {"NO_PROXY": "x"}], ids=["nothing", "an empty one", "exceptions alone"])
def test_nothing_is_set_where_no_proxy_is_named(env: dict[str, str]) -> None:
    assert without_proxy_here(env) == {}


def test_who_excepts_everything_is_left_at_it() -> None:
    assert without_proxy_here({"http_proxy": DEAD_PROXY, "no_proxy": "*"})["no_proxy"] == "*"


@pytest.mark.parametrize(
    "variables", [{"LC_ALL": "C"}, {"LC_ALL": "xx_YY.UTF-8"}, {"LANG": "xx_YY.UTF-8", "LC_CTYPE": "C.UTF-8"}]
)
def test_programs_take_names_of_files_for_utf8_whatever_the_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """One that is not installed is no better than C, also where its name ends in UTF-8."""
    for name in ("LC_ALL", "LANG", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    before = locale.setlocale(locale.LC_ALL)

    changes = in_utf8()

    for name, text in changes.items():
        monkeypatch.setenv(name, text)
    assert changes
    assert in_utf8() == {}
    assert locale.setlocale(locale.LC_ALL) == before


def test_a_temporary_folder_in_which_no_socket_fits_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Processes are forked, and Dagster talks to its own, by sockets there."""
    long = tmp_path / ("a" * 60)
    long.mkdir()
    assert temporary_folder() == {}

    monkeypatch.setattr(tempfile, "tempdir", str(long))

    assert len(temporary_folder()["TMPDIR"]) < len(str(long))
