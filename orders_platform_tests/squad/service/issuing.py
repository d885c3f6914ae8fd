"""An OpenID issuer on this machine, and the tokens that it gives."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

AUDIENCE = "api://orders"
EVERY_SCOPE = "orders.read orders.write orders.import"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True)
class Tokens:
    """An issuer by its address."""

    issuer: str

    def token(self, *, key: rsa.RSAPrivateKey | str = KEY, algorithm: str = "RS256", **claims: Any) -> str:
        """A good token, less what `claims` say otherwise; a claim that is None is left out."""
        soon = datetime.now(UTC) + timedelta(minutes=5)
        usual = {"iss": self.issuer, "aud": AUDIENCE, "sub": "shop-front", "tid": "t1", "exp": soon, "scp": EVERY_SCOPE}
        kept = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(kept, key, algorithm, {"kid": "k1"})

    def settings(self) -> dict[str, str]:
        """Settings of an API that takes its tokens."""
        return {"ORDERS_ENVIRONMENT": "prod", "ORDERS_API_ISSUER": self.issuer, "ORDERS_API_AUDIENCE": AUDIENCE}


@contextmanager
def issuing() -> Iterator[Tokens]:
    """The issuer for a block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Tokens(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k1", "use": "sig"}
        described = {"jwks_uri": f"http://{self.headers['Host']}/keys"}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(described if "well-known" in self.path else {"keys": [public]}).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Be silent."""
