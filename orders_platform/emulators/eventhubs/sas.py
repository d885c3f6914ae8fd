"""Shared access signatures: the keys that a hub knows, and the checks of tokens and connection strings."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

_PREFIX = "SharedAccessSignature "


class TokenRefusedError(Exception):
    """A token that does not open the door; the text says why, in the words of the service."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token that was checked allows: everything at or below `path`, until `expires_s`."""

    path: str
    expires_s: float

    def covers(self, path: str) -> bool:
        """Whether the claim is for that entity or one above it."""
        return self.path in {"", path} or path.startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys by name. There is one level of rights: whoever has a key may do everything."""

    by_name: dict[str, str]

    def verify_connection_string(self, text: str) -> bool:
        """Whether the connection string (the password of Kafka clients) holds a known name with its key."""
        parts = dict(part.partition("=")[::2] for part in text.strip().split(";") if part)
        return self.knows(parts.get("SharedAccessKeyName", ""), parts.get("SharedAccessKey", ""))

    def knows(self, name: str, key: str) -> bool:
        """Whether there is a key of that name, and it is this one."""
        expected = self.by_name.get(name)
        return expected is not None and hmac.compare_digest(expected.encode(), key.encode())

    def check_token(self, token: str, now_s: float) -> Claim:
        """What the SAS token allows. Raises TokenRefusedError where it is malformed, forged or expired."""
        resource, signature, expiry, name = _parts(token)
        key = self.by_name.get(name)
        if key is None or not hmac.compare_digest(_signature(key, resource, expiry), signature.encode()):
            raise TokenRefusedError("InvalidSignature: The token has an invalid signature.")
        if int(expiry) <= now_s:
            raise TokenRefusedError("ExpiredToken: The token is expired.")
        return Claim(entity_path(unquote(resource)), int(expiry))


def entity_path(uri: str) -> str:
    """Path of the entity that an address names, without host, in lower case: `orders/partitions/0`."""
    return (urlsplit(uri).path if "://" in uri else uri).strip("/").lower()


def _parts(token: str) -> tuple[str, str, str, str]:
    """Resource (still quoted, as it was signed), signature, expiry, key name."""
    if not token.startswith(_PREFIX):
        raise TokenRefusedError("MalformedToken: The token does not start with 'SharedAccessSignature '.")
    raw = dict(part.partition("=")[::2] for part in token.removeprefix(_PREFIX).split("&"))
    fields = parse_qs(token.removeprefix(_PREFIX))
    try:
        resource, signature, expiry, name = raw["sr"], fields["sig"][0], raw["se"], fields["skn"][0]
    except KeyError as error:
        raise TokenRefusedError(f"MalformedToken: The token has no part {error}.") from error
    if not expiry.isdigit():
        raise TokenRefusedError("MalformedToken: The expiry is no number.")
    return resource, signature, expiry, name


def _signature(key: str, resource: str, expiry: str) -> bytes:
    return base64.b64encode(hmac.digest(key.encode(), f"{resource}\n{expiry}".encode(), hashlib.sha256))
