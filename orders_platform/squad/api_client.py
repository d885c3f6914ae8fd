"""Calls the squad's API: a call is sent again, under its key, until it is answered or its deadline has passed."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson

from orders_platform.errors import ApiError
from orders_platform.squad.tokens import Bearer, Token

# less than a server keeps an idle connection (uvicorn: 5 seconds), so that none is used that it is closing
_IDLE_SECONDS = 4.0
_DICE = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Call:
    """A writing call.

    Attributes:
        key: its Idempotency-Key, the same however often it is sent.
        due: when it should be sent, by the clock of `time.monotonic`; its deadline counts from there.
        version: of the order, for If-Match.
    """

    method: str
    path: str
    key: str
    due: float
    body: bytes | None = None
    version: int | None = None

    def headers(self) -> dict[str, str]:
        """What goes along with it."""
        headers = {"Idempotency-Key": self.key}
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        if self.version is not None:
            headers["If-Match"] = f'"{self.version}"'
        return headers


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call.

    Attributes:
        status: of the answer; None where none came in time: the call may have been carried out or not.
        document: its JSON object; empty where it has none.
        replayed: whether the API says that it gives an earlier answer again.
        faults: the kind of fault of each time that it failed.
        sent_at: when it was sent first.
    """

    status: int | None
    document: dict[str, Any]
    replayed: bool
    faults: tuple[str, ...]
    sent_at: float
    done_at: float

    @property
    def accepted(self) -> bool:
        """Whether the call is known to be carried out."""
        return self.status is not None and self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def detail(self) -> str:
        """What the API says of a refusal."""
        return str(self.document.get("detail", "it does not say why"))


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: how long a call is tried, how long a single time, and what lies between two times."""

    deadline: float = 60.0
    attempt: float = 10.0
    first_wait: float = 0.1
    longest_wait: float = 5.0

    def wait(self, failed: int) -> float:
        """Anything below a limit that doubles with each failure: callers that failed together come back apart."""
        return _DICE.uniform(0.0, min(self.longest_wait, self.first_wait * 2.0 ** (failed - 1)))


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a call must be sent again, and how long the API asks to wait before."""

    kind: str
    asked_wait: float = 0.0


@dataclass(frozen=True, slots=True)
class _Received:
    status: int
    document: dict[str, Any]
    replayed: bool


@dataclass(frozen=True, slots=True)
class ApiClient:
    """The API behind a session, which knows its address."""

    session: aiohttp.ClientSession
    bearer: Bearer
    patience: Patience

    async def call(self, call: Call) -> Answer:
        """What comes of it. Raises SettingsError where there is no token to be had."""
        sent_at, until = time.monotonic(), call.due + self.patience.deadline
        faults: list[str] = []
        while True:
            came = await self._send(call, until - time.monotonic())
            now = time.monotonic()
            if isinstance(came, _Received):
                return Answer(came.status, came.document, came.replayed, tuple(faults), sent_at, now)
            faults.append(came.kind)
            wait = came.asked_wait + self.patience.wait(len(faults))
            if now + wait >= until:
                return Answer(None, {}, replayed=False, faults=tuple(faults), sent_at=sent_at, done_at=now)
            await asyncio.sleep(wait)

    async def _send(self, call: Call, seconds_left: float) -> _Received | _Fault:
        limit = aiohttp.ClientTimeout(total=max(0.001, min(self.patience.attempt, seconds_left)))
        headers = call.headers() | await self.bearer.header()
        try:
            # a token is for this address alone, so no other one is followed to
            async with self.session.request(
                call.method, call.path, data=call.body, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                return _judged(response, await response.read())
        except TimeoutError:
            return _Fault("timeout")
        except (aiohttp.ClientError, OSError) as fault:
            return _Fault(type(fault).__name__)


@asynccontextmanager
async def api_client(
    url: str, token: Token | None, *, connections: int, patience: Patience | None = None
) -> AsyncIterator[ApiClient]:
    """A client for a block. Raises ApiError where nothing answers at the address."""
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=_IDLE_SECONDS)
    # cookies would bind all callers to one of several servers
    async with aiohttp.ClientSession(url, connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        client = ApiClient(session, Bearer(token), patience or Patience())
        await _need_someone(session, url, client.patience.attempt)
        yield client


async def _need_someone(session: aiohttp.ClientSession, url: str, seconds: float) -> None:
    try:
        async with session.get("/health/live", timeout=aiohttp.ClientTimeout(total=seconds)):
            pass
    except (aiohttp.ClientError, OSError) as fault:
        reason = str(fault) or "it takes too long"
        raise ApiError(
            f"no API answers at {url} ({reason}): start one by `orders-platform api serve`, or correct the address"
        ) from fault


def _judged(response: aiohttp.ClientResponse, body: bytes) -> _Received | _Fault:
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _Fault(str(response.status), _seconds(response.headers.get("Retry-After", "")))
    document = _json_object(body)
    if document is None and response.status < HTTPStatus.MULTIPLE_CHOICES:
        return _Fault("no JSON object")
    return _Received(response.status, document or {}, response.headers.get("Idempotent-Replayed") == "true")


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return read if isinstance(read, dict) else None


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0
