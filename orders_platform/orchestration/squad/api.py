"""The way to the squad's API: limits of time, a token where one is asked for, and faults in one sentence each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final, TypeVar

import requests
import stamina
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import DefaultAzureCredential
from pydantic import TypeAdapter, ValidationError

from orders_platform.errors import ApiError, SettingsError
from orders_platform.orchestration.squad.answers import Accepted, Outbox
from orders_platform.settings import ApiSettings

Token = Callable[[], str]
_Answer = TypeVar("_Answer")
# To be let in, and between two parts of an answer.
_WAITS: Final = (5.0, 30.0)
# An outage shorter than this is ridden out.
_DEADLINE_SECONDS: Final = 30.0
_PASSING: Final = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_REFUSING: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class SquadApi:
    """The API at an address.

    Attributes:
        token: gives a bearer token for each call; None where everyone is let in.
    """

    url: str
    token: Token | None = None

    @classmethod
    def of(cls, api: ApiSettings) -> "SquadApi":
        """The API that settings name. Raises SettingsError where they name none."""
        return cls(api.need_url(), entra_token(api.audience, DefaultAzureCredential()) if api.audience else None)

    def outbox(self) -> Outbox:
        """What waits for the hub, now. Raises ApiError."""
        return self._ask("/outbox", {}, TypeAdapter(Outbox))

    def accepted(self, first: date, last: date) -> Accepted:
        """What was accepted of these days, both ends included. Raises ApiError."""
        return self._ask("/reconciliation", {"from": first.isoformat(), "to": last.isoformat()}, TypeAdapter(Accepted))

    def _ask(self, path: str, values: Mapping[str, str], kind: TypeAdapter[_Answer]) -> _Answer:
        headers = {"Authorization": f"Bearer {self.token()}"} if self.token else {}
        try:
            answer = _get(f"{self.url}{path}", values, headers)
        except requests.RequestException as fault:
            if fault.response is None:
                raise ApiError(
                    f"the squad's API at {self.url} does not answer ({_cut(fault)}); check ORDERS_API_URL and the network"
                ) from fault
            answer = fault.response
        _need_ok(answer)
        try:
            return kind.validate_json(answer.content)
        except ValidationError as fault:
            first = fault.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the answer"
            raise ApiError(
                f"the squad's API answers {path} with what is not expected ({where}: {first['msg']}); "
                "let ORDERS_API_URL name an API of this version"
            ) from fault


def entra_token(audience: str, credential: DefaultAzureCredential) -> Token:
    """Tokens for the API of that id; the credential keeps one until shortly before its end. Raises SettingsError when called."""

    def token() -> str:
        try:
            return credential.get_token(f"{audience}/.default").token
        except ClientAuthenticationError as fault:
            raise SettingsError(
                f"there is no token for the squad's API: {_cut(fault)}; check ORDERS_API_AUDIENCE and this machine's identity"
            ) from fault

    return token


def _may_pass(fault: Exception) -> bool:
    return isinstance(fault, requests.ConnectionError | requests.Timeout | requests.HTTPError)


@stamina.retry(on=_may_pass, attempts=None, timeout=_DEADLINE_SECONDS, wait_initial=0.5)
def _get(url: str, values: Mapping[str, str], headers: Mapping[str, str]) -> requests.Response:
    # a token is for this address alone, so no other one is followed to
    answer = requests.get(url, params=values, headers=headers, timeout=_WAITS, allow_redirects=False)
    if answer.status_code in _PASSING:
        answer.raise_for_status()
    return answer


def _need_ok(answer: requests.Response) -> None:
    if answer.status_code in _REFUSING:
        raise SettingsError(
            f"the squad's API refuses: {_detail(answer)}; check ORDERS_API_AUDIENCE and this identity's role orders.read"
        )
    if answer.status_code != HTTPStatus.OK:
        raise ApiError(f"the squad's API answers {answer.status_code}: {_detail(answer)}")


def _detail(answer: requests.Response) -> str:
    """What a problem document says (RFC 9457), or the status in words."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    return _cut(told["detail"] if isinstance(told, dict) and told.get("detail") else answer.reason)


def _cut(told: object) -> str:
    return (str(told).strip() or type(told).__name__).splitlines()[0][:_LONGEST]
