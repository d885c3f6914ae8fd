"""Who is let in, with tokens of a real issuer on this machine."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from orders_platform.errors import SettingsError
from orders_platform.settings import Settings
from orders_platform.squad.service.app import api
from orders_platform_tests.squad.service.issuing import AUDIENCE, Tokens
from orders_platform_tests.squad.service.served import Shop, an_order

pytestmark = pytest.mark.integration
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def bearing(url: str, token: str) -> Shop:
    return Shop(url, {"Authorization": f"Bearer {token}"})


def test_a_token_with_the_scope_is_let_in(guarded_url: str, tokens: Tokens) -> None:
    assert bearing(guarded_url, tokens.token()).post("/orders", an_order()).status_code == 201
    assert bearing(guarded_url, tokens.token(scp=None, roles=["orders.write"])).post("/orders", an_order()).status_code == 201


REFUSED: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "https://login.example/other/v2.0"},
    "for another audience": {"aud": "api://payments"},
    "expired": {"exp": datetime.now(UTC) - timedelta(minutes=5)},
    "without an expiry": {"exp": None},
    "without a subject": {"sub": None},
    "not yet valid": {"nbf": datetime.now(UTC) + timedelta(days=1)},
    "signed by another key": {"key": OTHER_KEY},
    "signed by a secret": {"algorithm": "HS256", "key": "a secret that is long enough for HMAC"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_is_not_ours_is_refused(guarded_url: str, tokens: Tokens, name: str) -> None:
    answer = bearing(guarded_url, tokens.token(**REFUSED[name])).post("/orders", an_order())

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_no_token_and_no_algorithm_are_refused(guarded_url: str, tokens: Tokens) -> None:
    unsigned = jwt.encode({"iss": tokens.issuer, "aud": AUDIENCE, "sub": "x"}, None, "none", {"kid": "k1"})  # type: ignore[arg-type]  # takes None

    assert Shop(guarded_url).post("/orders", an_order()).status_code == 401
    assert bearing(guarded_url, unsigned).post("/orders", an_order()).status_code == 401
    assert bearing(guarded_url, "no.token").get("/orders/o1").status_code == 401


def test_a_token_with_a_name_that_is_no_text_is_refused_like_any_other(guarded_url: str) -> None:
    """Its header is read before anything is known of it."""
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"\\ud800"}').rstrip(b"=").decode()

    answer = bearing(guarded_url, f"{head}.e30.c2ln").get("/outbox")

    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(("scope", "statuses"), [("orders.read", (200, 403, 403)), ("orders.write", (403, 201, 403))])
def test_a_scope_allows_what_it_names(guarded_url: str, tokens: Tokens, scope: str, statuses: tuple[int, int, int]) -> None:
    shop = bearing(guarded_url, tokens.token(scp=scope))
    old = an_order(order_id="1", kind="sale", placed_at="2018-12-01T08:00:00Z")

    answers = shop.get("/outbox"), shop.post("/orders", an_order()), shop.post("/imports", old)

    assert tuple(answer.status_code for answer in answers) == statuses


def test_a_key_belongs_to_its_caller(guarded_url: str, tokens: Tokens) -> None:
    """Else one caller would be shown what another one ordered."""
    first = bearing(guarded_url, tokens.token()).post("/orders", an_order(), key="k1")
    other = bearing(guarded_url, tokens.token(sub="somebody-else")).post("/orders", an_order(), key="k1")

    assert first.json()["order_id"] != other.json()["order_id"]


def test_health_is_told_without_a_token(guarded_url: str) -> None:
    assert Shop(guarded_url).get("/health/live").status_code == 200


def test_no_door_stands_open_outside_a_laptop() -> None:
    env = {"ORDERS_DATABASE_URL": "postgresql:///orders", "ORDERS_ENVIRONMENT": "prod"}

    with pytest.raises(SettingsError, match="ORDERS_API_ISSUER"):
        api(Settings.from_env(env))
