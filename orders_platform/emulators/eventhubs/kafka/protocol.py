"""Which requests of Kafka are answered, in which versions, and with which error codes."""

from enum import IntEnum


class Api(IntEnum):
    """The requests that are answered; any other ends the connection."""

    FETCH = 1
    LIST_OFFSETS = 2
    METADATA = 3
    SASL_HANDSHAKE = 17
    API_VERSIONS = 18
    SASL_AUTHENTICATE = 36


class Error(IntEnum):
    """Kafka's error codes, those that are sent."""

    NONE = 0
    OFFSET_OUT_OF_RANGE = 1
    UNKNOWN_TOPIC_OR_PARTITION = 3
    UNSUPPORTED_SASL_MECHANISM = 33
    ILLEGAL_SASL_STATE = 34
    UNSUPPORTED_VERSION = 35
    INVALID_REQUEST = 42
    SASL_AUTHENTICATION_FAILED = 58
    FETCH_SESSION_ID_NOT_FOUND = 70


# Lowest and highest version of each: all before tagged fields came in, all that Kafka 4 clients still speak (KIP-896).
VERSIONS: dict[Api, tuple[int, int]] = {
    Api.FETCH: (4, 11),
    Api.LIST_OFFSETS: (1, 5),
    Api.METADATA: (0, 8),
    Api.SASL_HANDSHAKE: (0, 1),
    Api.API_VERSIONS: (0, 2),
    Api.SASL_AUTHENTICATE: (0, 1),
}

# One broker leads every partition, and never changes.
BROKER_ID = 0
LEADER_EPOCH = 0
