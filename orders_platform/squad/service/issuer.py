"""The keys of an OpenID issuer, found by its own description and kept for a while."""

import json
import threading
import urllib.request
from dataclasses import dataclass, field

import jwt

from orders_platform.squad.service.refusals import Unavailable

_KEPT_SECONDS = 3600
_TIMEOUT_SECONDS = 5


@dataclass(slots=True)
class Issuer:
    """Who signs tokens.

    Attributes:
        name: its address, as it stands in the tokens.
    """

    name: str
    _keys: jwt.PyJWKClient | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key_of(self, token: str) -> jwt.PyJWK:
        """The key that a token says it is signed with. Raises Unavailable where the issuer does not answer, PyJWTError else."""
        try:
            return self._client().get_signing_key_from_jwt(token)
        except (jwt.PyJWKClientConnectionError, OSError, ValueError, KeyError) as fault:
            raise Unavailable("the issuer of tokens does not answer: try again") from fault

    def _client(self) -> jwt.PyJWKClient:
        with self._lock:
            if self._keys is None:
                self._keys = jwt.PyJWKClient(self._keys_address(), lifespan=_KEPT_SECONDS, timeout=_TIMEOUT_SECONDS)
            return self._keys

    def _keys_address(self) -> str:
        address = f"{self.name.rstrip('/')}/.well-known/openid-configuration"
        with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310  an address of our settings
            return str(json.load(answer)["jwks_uri"])
