"""One client's connection: requests in, answers out in the same order, and no data before it has authenticated."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.kafka import sasl
from orders_platform.emulators.eventhubs.kafka.fetch import answer_fetch
from orders_platform.emulators.eventhubs.kafka.list_offsets import answer_list_offsets
from orders_platform.emulators.eventhubs.kafka.metadata import Address, answer_metadata
from orders_platform.emulators.eventhubs.kafka.protocol import VERSIONS, Api, Error
from orders_platform.emulators.eventhubs.kafka.versions import answer_versions
from orders_platform.emulators.eventhubs.kafka.wire import MalformedRequestError, Reader
from orders_platform.emulators.eventhubs.sas import Keys

MOST_REQUEST_BYTES = 1 << 20
# A stranger may not make the server hold much: a connection string is short.
MOST_BYTES_OF_A_STRANGER = 16 << 10


class _Login(Enum):
    STRANGER = auto()
    SENDS_TOKEN_IN_REQUEST = auto()
    SENDS_BARE_TOKEN = auto()
    DONE = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class _Header:
    api: Api
    version: int
    correlation: bytes


class Connection:
    """Serves one client until it leaves, is refused, or sends what is no request."""

    def __init__(self, hubs: Mapping[str, Hub], keys: Keys, *, address: Address) -> None:
        """Serve `hubs` to whoever has one of `keys`, and say that they live at `address`."""
        self._hubs = hubs
        self._keys = keys
        self._address = address
        self._login = _Login.STRANGER

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests one after another; returns when the connection is to be closed."""
        upcoming = asyncio.create_task(self._frame(reader))
        try:
            while self._login is not _Login.REFUSED:
                frame = await upcoming
                upcoming = asyncio.create_task(self._frame(reader))
                answer = await self._answer(frame, upcoming)
                writer.write(len(answer).to_bytes(4) + answer)
                await writer.drain()
        except (MalformedRequestError, asyncio.IncompleteReadError):
            return
        finally:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)

    async def _frame(self, reader: asyncio.StreamReader) -> bytes:
        length = int.from_bytes(await reader.readexactly(4), signed=True)
        most = MOST_REQUEST_BYTES if self._login is _Login.DONE else MOST_BYTES_OF_A_STRANGER
        if not 0 <= length <= most:
            raise MalformedRequestError(f"a request of {length} bytes")
        return await reader.readexactly(length)

    async def _answer(self, frame: bytes, upcoming: asyncio.Future[bytes]) -> bytes:
        if self._login is _Login.SENDS_BARE_TOKEN:
            return self._judge_bare_token(frame)
        request = Reader(frame)
        header = _header(request)
        if header.api is Api.FETCH and self._login is _Login.DONE:
            answer = await answer_fetch(request, header.version, hubs=self._hubs, upcoming=upcoming)
        else:
            answer = self._answer_at_once(header, request)
        return header.correlation + answer

    def _answer_at_once(self, header: _Header, request: Reader) -> bytes:
        match header.api:
            case Api.API_VERSIONS:
                return answer_versions(header.version)
            case Api.SASL_HANDSHAKE:
                return self._handshake(request.string(), header.version)
            case Api.SASL_AUTHENTICATE:
                return self._authenticate(request.octets(), header.version)
            case _ if self._login is not _Login.DONE:
                raise MalformedRequestError("a request for data before authentication")
            case Api.METADATA:
                return answer_metadata(request, header.version, hubs=self._hubs, address=self._address)
            case _:
                return answer_list_offsets(request, header.version, hubs=self._hubs)

    def _handshake(self, mechanism: str, version: int) -> bytes:
        verdict = sasl.judge_mechanism(mechanism) if self._login is _Login.STRANGER else Error.ILLEGAL_SASL_STATE
        follows = _Login.SENDS_TOKEN_IN_REQUEST if version >= 1 else _Login.SENDS_BARE_TOKEN
        self._login = _Login.REFUSED if verdict else follows
        return sasl.handshake_response(verdict)

    def _authenticate(self, token: bytes, version: int) -> bytes:
        expected = self._login is _Login.SENDS_TOKEN_IN_REQUEST
        verdict = sasl.judge_token(token, self._keys) if expected else Error.ILLEGAL_SASL_STATE
        self._login = _Login.REFUSED if verdict else _Login.DONE
        return sasl.authenticate_response(verdict, version)

    def _judge_bare_token(self, token: bytes) -> bytes:
        """Before SaslAuthenticate there was: the token with no header around it, an empty answer, no word of refusal."""
        if sasl.judge_token(token, self._keys):
            raise MalformedRequestError("a wrong token")
        self._login = _Login.DONE
        return b""


def _header(request: Reader) -> _Header:
    code, version, correlation = request.int16(), request.int16(), request.raw(4)
    if code not in VERSIONS:
        raise MalformedRequestError(f"request {code} is not served")
    api = Api(code)
    lowest, highest = VERSIONS[api]
    # A client that asks for newer versions of ApiVersions itself is told which ones there are.
    if version < lowest or (version > highest and api is not Api.API_VERSIONS):
        raise MalformedRequestError(f"{api.name} version {version} is not served")
    if api is not Api.API_VERSIONS:
        request.nullable_string()  # the client's name
    return _Header(api, version, correlation)
