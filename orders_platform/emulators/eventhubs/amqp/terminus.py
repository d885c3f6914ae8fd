"""Which kind of link an attach asks for."""

from typing import Protocol

from orders_platform.emulators.eventhubs.amqp import cbs, management
from orders_platform.emulators.eventhubs.amqp.address import Address, parse_address
from orders_platform.emulators.eventhubs.amqp.consumer import ConsumerLink
from orders_platform.emulators.eventhubs.amqp.incoming import Attach
from orders_platform.emulators.eventhubs.amqp.link import Carrier, Link, LinkRefusedError
from orders_platform.emulators.eventhubs.amqp.producer import ProducerLink
from orders_platform.emulators.eventhubs.amqp.requests import Handler, is_request_address, request_link
from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.sas import Claim


class ClaimingCarrier(Carrier, Protocol):
    """A session that can also take claims."""

    def add_claim(self, claim: Claim) -> None:
        """Remember what a token allows."""


def make_link(carrier: ClaimingCarrier, attach: Attach) -> Link:
    """The link. Raises LinkRefusedError where there is no such entity, or the peer has no claim on it."""
    if is_request_address(attach.address):
        link = request_link(carrier, attach, _handlers(carrier))
        if link is None:
            raise _not_found(attach.address)
        return link
    address = parse_address(attach.address)
    if address is None:
        raise _not_found(attach.address)
    if not carrier.is_authorized(address.path):
        raise LinkRefusedError("amqp:unauthorized-access", f"Unauthorized access to '{address.path}': no claim covers it.")
    hub = carrier.service.hubs.get(address.hub)
    if hub is None or (address.partition is not None and hub.partition(address.partition) is None):
        raise _not_found(attach.address)
    if attach.is_receiver:
        return _consumer(carrier, attach, hub=hub, address=address)
    return ProducerLink(carrier, attach, hub=hub, address=address)


def _handlers(carrier: ClaimingCarrier) -> dict[str, Handler]:
    return {
        "$cbs": lambda request: cbs.put_token(carrier.service, request, carrier.add_claim),
        "$management": lambda request: management.read_entity(carrier.service, request, carrier.is_authorized),
    }


def _consumer(carrier: Carrier, attach: Attach, *, hub: Hub, address: Address) -> ConsumerLink:
    log = hub.partition(address.partition or "")
    if log is None or address.group is None or not hub.has_group(address.group):
        raise _not_found(attach.address)
    return ConsumerLink(carrier, attach, hub=hub, address=address, log=log)


def _not_found(address: str) -> LinkRefusedError:
    return LinkRefusedError("amqp:not-found", f"The messaging entity '{address}' could not be found.")
