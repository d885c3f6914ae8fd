"""`$cbs`: tokens become claims of the connection (claims-based security)."""

from collections.abc import Callable

from orders_platform.emulators.eventhubs.amqp.requests import Answer, Request
from orders_platform.emulators.eventhubs.sas import Claim, TokenRefusedError, entity_path
from orders_platform.emulators.eventhubs.service import Service

_OPERATION = "put-token"
JWT, SAS = "jwt", "servicebus.windows.net:sastoken"


def put_token(service: Service, request: Request, add: Callable[[Claim], None]) -> Answer:
    """Check a token and remember what it allows; 202 as the service answers, else 401."""
    if request.text("operation") != _OPERATION:
        return Answer(400, "BadRequest: The operation is not supported.")
    kind, audience = request.text("type"), request.text("name")
    if kind not in {JWT, SAS} or not isinstance(request.value, str):
        return Answer(400, "BadRequest: The type of the token is not supported.")
    try:
        claim = service.check_token(kind, request.value)
    except TokenRefusedError as error:
        return Answer(401, str(error))
    if not claim.covers(entity_path(audience)):
        return Answer(401, "InvalidAudience: The authorization header contains a token that was signed for another entity.")
    add(claim)
    return Answer(202, "Accepted")
