"""SASL PLAIN as Event Hubs does it: the user is `$ConnectionString`, the password is the connection string itself."""

from orders_platform.emulators.eventhubs.kafka.protocol import Error
from orders_platform.emulators.eventhubs.kafka.wire import Writer
from orders_platform.emulators.eventhubs.sas import Keys

_MECHANISM = "PLAIN"
_USER = "$ConnectionString"
_REASONS = {
    Error.ILLEGAL_SASL_STATE: "SaslHandshake comes first, and authentication once.",
    Error.SASL_AUTHENTICATION_FAILED: (
        "Invalid credentials: the user is $ConnectionString, the password a connection string with the right key."
    ),
}


def judge_mechanism(mechanism: str) -> Error:
    """Whether the mechanism that a client wants is spoken."""
    return Error.NONE if mechanism == _MECHANISM else Error.UNSUPPORTED_SASL_MECHANISM


def handshake_response(verdict: Error) -> bytes:
    """The verdict on a mechanism, with the one that is spoken."""
    response = Writer().int16(verdict)
    return response.array([_MECHANISM], response.string).done()


def judge_token(token: bytes, keys: Keys) -> Error:
    """Whether a PLAIN token (three parts between zero bytes: authorization, user, password) opens the door."""
    try:
        _, user, password = token.decode().split("\0")
    except ValueError:  # not UTF-8, or not three parts
        return Error.SASL_AUTHENTICATION_FAILED
    known = user == _USER and keys.verify_connection_string(password)
    return Error.NONE if known else Error.SASL_AUTHENTICATION_FAILED


def authenticate_response(verdict: Error, version: int) -> bytes:
    """The verdict on a token, with the reason of a refusal."""
    response = Writer().int16(verdict).string(_REASONS.get(verdict)).octets(b"")
    if version >= 1:
        response.int64(0)  # the session does not end
    return response.done()
