"""Who calls: a token of Entra, or of any OpenID issuer, judged by signature, issuer, audience, expiry and scope."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import jwt
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from orders_platform.errors import SettingsError
from orders_platform.settings import ApiSettings
from orders_platform.squad.service.issuer import Issuer
from orders_platform.squad.service.refusals import NotAllowed, NotSignedIn

READ, WRITE, IMPORT = "orders.read", "orders.write", "orders.import"
# what two clocks may differ by
_LEEWAY_SECONDS = 60
_ALGORITHMS = ("RS256", "ES256")
_BEARER = HTTPBearer(auto_error=False, description="A token of the shop's Entra tenant.")

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may do."""

    name: str
    scopes: frozenset[str]


class Door(Protocol):
    """Tells who calls, by the token that came; raises NotSignedIn."""

    def caller(self, token: str | None) -> Caller:
        """The caller. May ask the issuer for its keys, so it may take a moment."""


class OpenDoor:
    """A laptop's: everyone is one caller who may do everything."""

    def caller(self, token: str | None) -> Caller:  # noqa: ARG002  a door looks at it
        """The one caller."""
        return Caller("local", frozenset((READ, WRITE, IMPORT)))


@dataclass(frozen=True, slots=True)
class TokenDoor:
    """Lets in whom the issuer has given a token for this API."""

    issuer: Issuer
    audience: str

    def caller(self, token: str | None) -> Caller:
        """The token's subject, with the scopes of a person's token (scp) or the roles of a program's."""
        if token is None:
            raise NotSignedIn("send a token of the issuer in the header Authorization: Bearer TOKEN")
        claims = self._claims(token)
        scopes = frozenset((*str(claims.get("scp", "")).split(), *_words(claims.get("roles"))))
        # the subject alone is only unique within its issuer and client
        return Caller(f"{claims.get('tid', '')}:{claims['sub']}", scopes)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.issuer.key_of(token),
                algorithms=_ALGORITHMS,
                audience=self.audience,
                issuer=self.issuer.name,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as fault:
            raise NotSignedIn(_why(fault)) from fault
        return claims


def door(api: ApiSettings, environment: str) -> Door:
    """The door that settings ask for. Raises SettingsError where anyone could come in outside a laptop."""
    if api.issuer and api.audience:
        return TokenDoor(Issuer(api.issuer), api.audience)
    if environment != "local":
        raise SettingsError(
            f"without ORDERS_API_ISSUER and ORDERS_API_AUDIENCE anyone could write orders; set both in {environment} "
            "(the issuer is like https://login.microsoftonline.com/TENANT/v2.0)"
        )
    return OpenDoor()


def allowed(scope: str) -> Callable[..., Any]:
    """A dependency that gives the caller, where the token carries `scope`."""

    async def caller(request: Request, credentials: Credentials) -> Caller:
        token = credentials.credentials if credentials else None
        at: Door = request.app.state.door
        # the issuer's keys may have to be fetched
        found = at.caller(token) if isinstance(at, OpenDoor) else await run_in_threadpool(at.caller, token)
        if scope not in found.scopes:
            raise NotAllowed(f"this call needs the scope {scope}; the token does not carry it")
        return found

    return caller


Reader = Annotated[Caller, Depends(allowed(READ))]
Writer = Annotated[Caller, Depends(allowed(WRITE))]
Importer = Annotated[Caller, Depends(allowed(IMPORT))]


def _why(fault: jwt.PyJWTError) -> str:
    """In our own words: the library's quote the token."""
    known = {
        jwt.ExpiredSignatureError: "it has expired",
        jwt.ImmatureSignatureError: "it is not valid yet",
        jwt.InvalidAudienceError: "it is meant for another API",
        jwt.InvalidIssuerError: "it comes from another issuer",
        jwt.MissingRequiredClaimError: "it lacks a claim",
    }
    return f"the token is not valid here: {known.get(type(fault), 'it is not one of the issuer')}"


def _words(claim: object) -> list[str]:
    return [str(word) for word in claim] if isinstance(claim, list) else []
