"""Signatures: what opens the door and what does not."""

import base64
import hashlib
import hmac
from urllib.parse import quote_plus

import pytest

from orders_platform.emulators.eventhubs.sas import Claim, Keys, TokenRefusedError

KEYS = Keys({"Root": "c2VjcmV0"})
NOW = 1_000.0


def token(resource: str = "sb://127.0.0.1:1/Orders", *, key: str = "c2VjcmV0", name: str = "Root", expires: str = "2000") -> str:
    quoted = quote_plus(resource)
    digest = hmac.digest(key.encode(), f"{quoted}\n{expires}".encode(), hashlib.sha256)
    return f"SharedAccessSignature sr={quoted}&sig={quote_plus(base64.b64encode(digest))}&se={expires}&skn={name}"


def test_signed_token_gives_a_claim_on_its_entity() -> None:
    assert KEYS.check_token(token(), NOW) == Claim("orders", 2_000)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (token(key="other"), "InvalidSignature"),
        (token(name="Nobody"), "InvalidSignature"),
        (token(expires="999"), "ExpiredToken"),
        (token(expires="1000"), "ExpiredToken"),
        (token(expires="soon"), "MalformedToken"),
        (token().replace("se=2000", "se=3000"), "InvalidSignature"),
        (token().replace("&skn=Root", ""), "MalformedToken"),
        ("Bearer x", "MalformedToken"),
    ],
)
def test_other_tokens_are_refused_in_the_words_of_the_service(wrong: str, said: str) -> None:
    with pytest.raises(TokenRefusedError, match=said):
        KEYS.check_token(wrong, NOW)


@pytest.mark.parametrize(
    ("claim", "path", "covered"),
    [
        ("orders", "orders", True),
        ("orders", "orders/partitions/0", True),
        ("", "orders", True),
        ("orders", "orders2", False),
        ("orders/partitions/0", "orders", False),
    ],
)
def test_claim_covers_its_entity_and_what_is_below(claim: str, path: str, *, covered: bool) -> None:
    assert Claim(claim, 0).covers(path) is covered


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Endpoint=sb://h;SharedAccessKeyName=Root;SharedAccessKey=c2VjcmV0", True),
        ("Endpoint=sb://h;SharedAccessKeyName=Root;SharedAccessKey=c2VjcmV0;EntityPath=orders;", True),
        ("Endpoint=sb://h;SharedAccessKeyName=Root;SharedAccessKey=wrong=", False),
        ("Endpoint=sb://h;SharedAccessKeyName=Nobody;SharedAccessKey=c2VjcmV0", False),
        ("", False),
    ],
)
def test_connection_string_is_known_by_name_and_key(text: str, *, known: bool) -> None:
    assert KEYS.verify_connection_string(text) is known
