"""Passwords with every letter that an address has a use for: nothing of them is told, whatever is wrong, whoever tells of it."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from orders_platform.addresses import database_faults, without_secrets
from orders_platform.cli import app
from orders_platform.errors import PlatformError, SettingsError
from orders_platform.settings import Settings

NAMES = "ORDERS_DATABASE_URL", "ORDERS_ALERT_DATABASE_URL"
# port 1 of this machine, where nobody listens
PLACE = "127.0.0.1:1/shop"
PASSWORDS = [
    "P@ssw0rdx7q9!", "Sh/opx7q9", "Sh?opx7q9", "Sh#opx7q9", "Sh:opx7q9", "Sh[opx7q9", "Sh]opx7q9", "Sh%opx7q9", "Sh%40opx7q9",
    "Sh opx7q9", "Sh&opx7q9=x", "Sh=opx7q9", "Sh;opx7q9", "Sh,opx7q9", "Sh'opx7q9", 'Sh"opx7q9', "Sh\\opx7q9", "x7q9/11@30:12",
    "12345@67890/x", "://Shop@x7q9", "çãé@ßøx7q9", "Sh\topx7q9", "@@@@x7q9", "a@b@c@x7q9",
]  # fmt: skip
VERBS = [
    ("outbox", "state"), ("api", "migrate"), ("relay", "--once"), ("alerts", "list"),
    ("outbox", "replay", "--from", "2026-11-01", "--to", "2026-11-02"),
]  # fmt: skip

Run = Callable[[tuple[str, ...], dict[str, str]], str]


def pieces(password: str) -> set[str]:
    return {password[start : start + 4] for start in range(len(password) - 3)}


def told(password: str, text: str) -> list[str]:
    """What of a password stands in a text, whole or by four letters of it; but for what every message has."""
    return sorted(piece for piece in pieces(password) if piece in text.replace(PLACE, ""))


def env_with(password: str) -> dict[str, str]:
    """As somebody writes it who knows of no codes."""
    address = f"postgresql://orders:{password}@{PLACE}"
    hub = f"Endpoint=sb://127.0.0.1:1/;SharedAccessKeyName=Root;SharedAccessKey={password};UseDevelopmentEmulator=true"
    return dict.fromkeys(NAMES, address) | {"ORDERS_HUB_NAME": "orders", "ORDERS_HUB_CONNECTION": hub}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("password", ["P@ssw0rdx7q9!", "Sh/opx7q9", "Sh%opx7q9", "Sh opx7q9"])
def test_a_password_that_would_be_taken_for_a_host_is_refused_in_a_sentence_that_says_how_to_write_it(
    name: str, password: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({name: f"postgresql://orders:{password}@{PLACE}"})

    assert str(refusal.value) == (
        f"{name} is no address like postgresql://USER:PASSWORD@HOST/DATABASE: in a user or password write @ as %40, / as %2F, "
        "% as %25 and a blank as %20"
    )


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_password_is_taken_once_it_is_written_so(password: str) -> None:
    assert database_faults("NAME", f"postgresql://orders:{quote(password, safe='')}@shop.example:5432/shop?sslmode=require") == []


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:///shop", "postgresql://postgres@/orders?host=/var/run/postgres", "postgresql://u:p@[::1]:5432/shop",
        "postgresql://u:p@one:5432,two:5432/shop?target_session_attrs=any", "postgresql://%2Fvar%2Frun/shop", "postgresql://u:a?b#c@h/d",
    ],
)  # fmt: skip
def test_an_address_as_postgresql_reads_it_is_taken(address: str) -> None:
    assert database_faults("NAME", address) == []


@pytest.mark.parametrize("name", ["ORDERS_API_URL", "ORDERS_API_ISSUER", "ORDERS_RUNBOOK_URL", "ORDERS_DAGSTER_URL"])
@pytest.mark.parametrize("password", ["s3cret", "P@ss/x7q9"])
def test_an_address_that_is_shown_holds_no_password(name: str, password: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({name: f"https://ana:{password}@shop.example/x"})

    assert str(refusal.value).split("; ")[-1] == f"{name} holds a user or a password: leave it out, since the address is shown"


def test_settings_do_not_show_their_secrets() -> None:
    settings = Settings.from_env(env_with("s3cret-x7q9"))

    assert told("s3cret-x7q9", repr(settings)) == []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Run:
    """What a verb says, and what is logged meanwhile, with these settings; it must end by a sentence."""

    def said(words: tuple[str, ...], env: dict[str, str]) -> str:
        caplog.set_level(logging.DEBUG)
        for name, value in (env | {"ORDERS_HOME": str(tmp_path)}).items():
            monkeypatch.setenv(name, value)
        came = CliRunner().invoke(app, list(words))
        assert isinstance(came.exception, PlatformError), came.exception
        return f"{came.output} {came.exception} {caplog.text}"

    return said


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
@pytest.mark.parametrize("password", PASSWORDS)
def test_no_verb_tells_of_a_databases_password(run: Run, words: tuple[str, ...], password: str) -> None:
    assert told(password, run(words, env_with(password))) == []


@pytest.mark.parametrize("password", ["Sh;opx7q9", "Sh=opx7q9", "P@ssw0rdx7q9!", "Sh op/x7q9"])
def test_no_verb_tells_of_a_hubs_key(run: Run, password: str) -> None:
    env = {name: value for name, value in env_with(password).items() if name.startswith("ORDERS_HUB")}

    assert told(password, run(("hub", "tails"), env)) == []


@pytest.mark.parametrize("password", ["P@ssw0rdx7q9!", "Sh%2Fop%40x7q9"])
def test_a_service_that_starts_tells_of_no_password(password: str, tmp_path: Path) -> None:
    """Refused, or told of in its log for as long as its database is away."""
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        env=os.environ | env_with("key") | {NAMES[0]: f"postgresql://orders:{password}@{PLACE}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ("error connecting" in done.stderr) == ("%" in password)
    assert told(password, done.stdout + done.stderr) == []
    assert told("Sh/op@x7q9", done.stdout + done.stderr) == []


# serves until its pool has said that it cannot connect
SERVE = """
import logging, signal, sys
from orders_platform.cli import app, main
class Ending(logging.Handler):
    def emit(self, record):
        signal.raise_signal(signal.SIGINT)
logging.getLogger("psycopg.pool").addHandler(Ending())
sys.argv[1:] = ["api", "serve"]
main()
"""


@pytest.mark.parametrize(
    "said",
    [
        "failed to resolve host 'ssw0rdx7q9!@shop.invalid': [Errno -2] Name or service not known",
        'could not translate host name "$$$$W0rd01@db_host" to address',
        "connection to server at\n ssw0rd@shop failed",
    ],
)
def test_a_drivers_words_lose_what_stands_before_a_host(said: str) -> None:
    assert [word for word in ("ssw0rd", "W0rd01") if word in without_secrets(said)] == []
    assert without_secrets("port 1 failed:\n\tConnection refused") == "port 1 failed: Connection refused"
