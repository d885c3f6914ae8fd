"""The answers that are no: each is an exception whose sentence, code and HTTP status go to the client.

ApiError
├── InvalidParameter     a field is missing or wrong; also what does not exist, where Databricks says it so
├── InvalidState         it cannot be done now
├── MalformedRequest     the body is no JSON object
├── Unauthenticated      no token came
├── Forbidden            the token is wrong, or the path lies in no volume
├── PathNotFound         no such file or folder
├── ResourceMissing      no such pipeline or update
├── ResourceConflict     a pipeline has one update at a time
├── UnknownEndpoint      not served on one machine
├── AlreadyExists        a file is in the way
├── DirectoryNotEmpty    a folder still holds something
├── TooLarge             more bytes than are taken
└── StorageFull          nothing new can be kept
"""


class ApiError(Exception):
    """Any refusal; never raised itself."""

    status = 400
    code = "BAD_REQUEST"


class InvalidParameter(ApiError):
    """A field is missing or wrong, or what it names does not exist."""

    code = "INVALID_PARAMETER_VALUE"


class InvalidState(ApiError):
    """The job or run is not in a state that allows it."""

    code = "INVALID_STATE"


class MalformedRequest(ApiError):
    """The body is not what can be read."""

    code = "MALFORMED_REQUEST"


class Unauthenticated(ApiError):
    """No token came with the request."""

    status = 401
    code = "UNAUTHENTICATED"


class Forbidden(ApiError):
    """The token is wrong, or the path lies outside of all volumes."""

    status = 403
    code = "PERMISSION_DENIED"


class PathNotFound(ApiError):
    """There is no such file or folder."""

    status = 404
    code = "NOT_FOUND"


class ResourceMissing(ApiError):
    """There is no such pipeline, or no such update of it."""

    status = 404
    code = "RESOURCE_DOES_NOT_EXIST"


class ResourceConflict(ApiError):
    """The pipeline is being updated."""

    status = 409
    code = "RESOURCE_CONFLICT"


class UnknownEndpoint(ApiError):
    """Databricks may have it; one machine has not."""

    status = 404
    code = "ENDPOINT_NOT_FOUND"


class AlreadyExists(ApiError):
    """A file, or a folder, of that name is there."""

    status = 409
    code = "ALREADY_EXISTS"


class DirectoryNotEmpty(ApiError):
    """A folder is removed only when it holds nothing."""

    code = "FILES_API_DIRECTORY_IS_NOT_EMPTY"


class TooLarge(ApiError):
    """More bytes than this service takes."""

    status = 413
    code = "REQUEST_TOO_LARGE"


class StorageFull(ApiError):
    """The disk under the service's own records takes nothing more."""

    status = 507
    code = "INSUFFICIENT_STORAGE"
