"""Tokens for calls of the squad's API."""

import asyncio
import time
from collections.abc import Callable

from orders_platform.errors import SettingsError
from orders_platform.settings import ApiSettings

Token = Callable[[], str]
# Entra's libraries give no token with less than five minutes left
_KEPT_SECONDS = 60.0


def entra_token(api: ApiSettings) -> Token | None:
    """Gives tokens of this machine's Entra identity for the API; None where settings name no audience."""
    if api.audience is None:
        return None
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import DefaultAzureCredential

    scope, credential = f"{api.audience}/.default", DefaultAzureCredential()

    def token() -> str:
        try:
            return credential.get_token(scope).token
        except ClientAuthenticationError as fault:
            said = str(fault).strip().splitlines()[0]
            raise SettingsError(
                f"there is no token for the squad's API ({said}): check ORDERS_API_AUDIENCE and this machine's identity"
            ) from fault

    return token


class Bearer:
    """The header that shows a token, asked for anew every minute, aside, so that no other call waits for it."""

    def __init__(self, token: Token | None) -> None:
        """Take tokens from `token`; without one there is no header."""
        self._token = token
        self._header: dict[str, str] = {}
        self._good_until = float("-inf")
        self._asking = asyncio.Lock()

    async def header(self) -> dict[str, str]:
        """The header, if any. Raises SettingsError where there is no token to be had."""
        if self._token is None:
            return self._header
        async with self._asking:
            if time.monotonic() > self._good_until:
                self._header = {"Authorization": f"Bearer {await asyncio.to_thread(self._token)}"}
                self._good_until = time.monotonic() + _KEPT_SECONDS
        return self._header
