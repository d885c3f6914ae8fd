"""What cannot be right is refused with a problem that says why, and leaves nothing; never a fault of the service."""

import gzip
import json
import uuid

import psycopg
import pytest
import requests
from psycopg.rows import DictRow

from orders_platform_tests.squad.service.served import A_LINE, Shop, a_line, an_order

pytestmark = pytest.mark.integration

GOOD = json.dumps(an_order())
BODIES: dict[str, str | bytes] = {
    "no json": "{",
    "not utf-8": b'{"country": "\xff"}',
    "nested 100,000 deep": "[" * 100_000,
    "a key twice": GOOD.replace('"GBP"', '"GBP", "currency": "EUR"'),
    "NaN": GOOD.replace("619", "NaN"),
    "a number of 5,000 digits": GOOD.replace("619", "9" * 5_000),
    "1e400": GOOD.replace("619", "1e400"),
    "a price of text": GOOD.replace("619", '"619"'),
    "a price with a fraction": GOOD.replace("619", "6.19"),
    "a price below zero": GOOD.replace("619", "-1"),
    "a price that is true": GOOD.replace("619", "true"),
    "no lines": json.dumps(an_order() | {"lines": []}),
    "2,001 lines": json.dumps(an_order(*[A_LINE] * 2_001)),
    "no units": json.dumps(an_order(a_line(quantity=0))),
    "an unknown currency": json.dumps(an_order(currency="XXX")),
    "a field that nobody knows": json.dumps(an_order(email="ana@shop.example")),
    "a NUL in a text": json.dumps(an_order(country="a\0b")),
    "half a surrogate": GOOD.replace("United Kingdom", "\\ud800"),
    "amounts beyond the limit": json.dumps(an_order(a_line(quantity=10**9, unit_price_minor=10**12))),
    "a number for an object": "7",
    "null": "null",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_and_leaves_nothing(shop: Shop, database: psycopg.Connection[DictRow], name: str) -> None:
    answer = raw(shop, BODIES[name])

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "detail"}
    assert database.execute("select count(*) as rows from idempotency_keys").fetchone() == {"rows": 0}


def test_what_was_sent_is_not_sent_back(shop: Shop) -> None:
    """It may be personal."""
    answer = raw(shop, json.dumps(an_order(email="ana@shop.example", currency="ana")))

    assert "ana" not in answer.text


@pytest.mark.parametrize("at", [1543651200, "1543651200", "2018-12-01", "2018-12-01T08:00:00", "1970-01-01T00:00:00Z"])
def test_a_time_that_could_be_taken_for_another_is_refused(shop: Shop, at: object) -> None:
    """A bare number may be seconds or milliseconds; a wrong unit would land on another day of gold."""
    assert shop.post("/imports", an_order(order_id="1", kind="sale", placed_at=at)).status_code == 422


def test_an_import_does_not_say_what_it_cancels(shop: Shop) -> None:
    """Its lines are numbered anew, so nothing could be told of what is left of that order."""
    taken = an_order(a_line(quantity=-1), order_id="C1", kind="cancellation", placed_at="2018-12-01T08:00:00Z")

    assert shop.post("/imports", taken | {"cancels_order_id": "o1"}).status_code == 422


def test_a_body_beyond_the_limit_is_refused(shop: Shop) -> None:
    assert raw(shop, " " * 1_000_001).status_code == 413


def test_a_body_beyond_the_limit_is_refused_when_its_length_is_not_told(shop: Shop) -> None:
    chunks = (b" " * 50_000 for _ in range(30))

    answer = requests.post(f"{shop.url}/orders", data=chunks, headers=headers(), timeout=30)

    assert answer.status_code == 413


@pytest.mark.parametrize("key", [None, "", "a b", "k" * 129, "schlüssel"])
def test_a_writing_call_needs_a_key(shop: Shop, key: str | None) -> None:
    given = {} if key is None else {"Idempotency-Key": key.encode()}

    answer = requests.post(f"{shop.url}/orders", json=an_order(), headers=given, timeout=30)  # type: ignore[arg-type]  # bytes do

    assert answer.status_code == 422


def test_what_the_contract_would_set_aside_is_refused_before_it_is_accepted(shop: Shop) -> None:
    names = "x" * 200
    answer = shop.post("/orders", an_order(*(a_line(product_name=names.replace("x", "é")) for _ in range(1_990))))

    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/orders/none", "/orders/a%00b", f"/orders/{'x' * 65}", "/nothing"])
def test_an_order_that_is_not_there_is_a_problem(shop: Shop, path: str) -> None:
    answer = shop.get(path)

    assert answer.status_code in (404, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
@pytest.mark.parametrize("path", ["/orders", "/orders/o1/cancel"])
def test_a_body_that_does_not_say_that_it_is_json_is_told_which_header_is_missing(
    shop: Shop, path: str, kind: str | None
) -> None:
    given = {"Idempotency-Key": uuid.uuid4().hex} | ({"Content-Type": kind} if kind else {})

    answer = requests.post(shop.url + path, data=GOOD.encode(), headers=given, timeout=30)

    assert (answer.status_code, answer.headers["Accept"]) == (415, "application/json")
    assert answer.json()["detail"].endswith(": send the body as JSON with the header Content-Type: application/json")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"])
def test_json_may_be_named_as_the_standards_have_it(shop: Shop, kind: str) -> None:
    given = {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": kind, "Content-Encoding": "identity"}

    assert requests.post(f"{shop.url}/orders", data=GOOD.encode(), headers=given, timeout=30).status_code == 201


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity"])
def test_a_compressed_body_is_told_to_come_as_it_is(shop: Shop, encoding: str) -> None:
    given = headers() | {"Content-Encoding": encoding}

    answer = requests.post(f"{shop.url}/orders", data=gzip.compress(GOOD.encode()), headers=given, timeout=30)

    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")
    assert "Content-Encoding" in answer.json()["detail"]


SAID: dict[str, tuple[dict[str, object], str]] = {
    "a currency": (an_order(currency="XXX"), "body.currency: is no currency of ISO 4217"),
    "a currency's code": (an_order(currency="pound"), "body.currency: is no code of a currency, like GBP"),
    "a text": (an_order(country="a\tb"), "body.country: holds a control character, as a tab or a line's end is"),
    "two": (
        an_order(country="a\tb", currency="XXX"),
        "body.country: holds a control character, as a tab or a line's end is (and 1 more)",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_wrong_is_told_in_words(shop: Shop, name: str) -> None:
    body, said = SAID[name]

    assert shop.post("/orders", body).json()["detail"] == said


def test_a_body_that_is_no_object_is_told_so(shop: Shop) -> None:
    assert raw(shop, "7").json()["detail"] == "body: must be a JSON object"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/orders", "GET, POST"),
        ("PUT", "/orders/o1", "GET, PATCH"),
        ("GET", "/orders/o1/pay", "POST"),
        ("POST", "/metrics", "GET"),
    ],
)
def test_a_method_that_is_not_had_is_told_those_that_are(shop: Shop, method: str, path: str, allowed: str) -> None:
    answer = shop.call(method, path)

    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


def raw(shop: Shop, body: str | bytes) -> requests.Response:
    return requests.post(f"{shop.url}/orders", data=body, headers=headers(), timeout=30)


def headers() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/json"}
