"""Tokens come from this machine's identity, by the libraries of Entra."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from orders_platform.errors import SettingsError
from orders_platform.settings import ApiSettings
from orders_platform.squad.tokens import entra_token


class _Identity(BaseHTTPRequestHandler):
    """What App Service gives a program as its identity."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"access_token": "abc", "expires_on": "4102444800", "token_type": "Bearer"}).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Be silent."""


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the identity was asked for."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Identity", (_Identity,), {"asked": asked}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.server_port}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    yield asked
    server.shutdown()
    server.server_close()


def test_no_token_is_asked_for_where_no_audience_is_named() -> None:
    assert entra_token(ApiSettings("http://shop", None, None)) is None


def test_a_token_is_for_the_audience_and_kept_while_it_is_good(identity: list[str]) -> None:
    token = entra_token(ApiSettings("http://shop", "https://issuer", "api://orders"))

    assert token is not None
    assert [token(), token()] == ["abc", "abc"]
    assert len(identity) == 1
    assert parse_qs(identity[0])["resource"] == ["api://orders"]


def test_a_machine_without_identity_is_told_what_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    token = entra_token(ApiSettings("http://shop", "https://issuer", "api://orders"))

    assert token is not None
    with pytest.raises(SettingsError, match="check ORDERS_API_AUDIENCE and this machine's identity"):
        token()
