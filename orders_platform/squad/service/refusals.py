"""Why a call is refused, as one family; each becomes a problem document of RFC 9457 with its own type."""

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """A call that is not done. The message says what to do; nothing of the call has had an effect."""

    status = 400
    kind = "bad-request"
    title = "The request cannot be read"
    headers: ClassVar[Mapping[str, str]] = {}


class NotSignedIn(Refusal):
    """No token, or one that this API does not trust."""

    status, kind, title = 401, "not-signed-in", "A valid token is needed"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class NotAllowed(Refusal):
    """A token without the scope that the call needs."""

    status, kind, title = 403, "not-allowed", "The token does not allow this call"


class NotFound(Refusal):
    """No order has this id."""

    status, kind, title = 404, "not-found", "There is no such order"


class StateConflict(Refusal):
    """The order is past what is asked for, or the id is taken."""

    status, kind, title = 409, "state-conflict", "The order's state does not allow this"


class VersionConflict(Refusal):
    """The order was changed since the caller read it."""

    status, kind, title = 412, "version-conflict", "The order has another version by now"


class TooLarge(Refusal):
    """A body, or the event that would tell of the order, is larger than the limit."""

    status, kind, title = 413, "too-large", "The request is too large"


class NotJson(Refusal):
    """A body that does not say that it is JSON."""

    status, kind, title = 415, "not-json", "The body must be JSON, and say so"
    headers: ClassVar[Mapping[str, str]] = {"Accept": "application/json"}


class Encoded(Refusal):
    """A body that is compressed."""

    status, kind, title = 415, "encoded", "The body must not be compressed"
    headers: ClassVar[Mapping[str, str]] = {"Accept-Encoding": "identity"}


class KeyReused(Refusal):
    """An Idempotency-Key that came with another request before."""

    status, kind, title = 422, "key-reused", "The Idempotency-Key belongs to another request"


class NotProcessable(Refusal):
    """A body of the right form that cannot be right: more cancelled than ordered, amounts beyond the limits."""

    status, kind, title = 422, "not-processable", "The request cannot be carried out"


class NoVersionGiven(Refusal):
    """A change that could overwrite another one unseen."""

    status, kind, title = 428, "version-required", "If-Match is needed"


class Unavailable(Refusal):
    """The database does not serve; the same call, with the same key, may be made again."""

    status, kind, title = 503, "unavailable", "The service is not available for a moment"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}
