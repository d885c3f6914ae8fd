"""ApiVersions: what this side can do."""

from orders_platform.emulators.eventhubs.kafka.protocol import VERSIONS, Api, Error
from orders_platform.emulators.eventhubs.kafka.wire import Writer


def answer_versions(version: int) -> bytes:
    """The requests that are answered; newer clients get error 35 with the same list, in the form of version 0, and ask again."""
    known = version <= VERSIONS[Api.API_VERSIONS][1]
    response = Writer().int16(Error.NONE if known else Error.UNSUPPORTED_VERSION)
    response.array(
        VERSIONS.items(),
        lambda item: response.int16(item[0]).int16(item[1][0]).int16(item[1][1]),
    )
    if known and version >= 1:
        response.int32(0)  # throttle
    return response.done()
