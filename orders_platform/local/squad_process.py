"""The squad's service on this machine: its API and its relay as child processes, over the home's database."""

import json
import time
from typing import Any, Final

from orders_platform.errors import EnvironmentFault
from orders_platform.local.database import ORDERS, Database
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Children, free_port
from orders_platform.settings import Settings, pass_on
from orders_platform.squad.database import connect, serving
from orders_platform.squad.migrations import migrate
from orders_platform.squad.outbox.store import OutboxStore

PREFERRED_PORT: Final = 8000
READY_SECONDS: Final = 60.0
_RELAY_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.1
# a tenant's tokens that the user's shell asks for would shut out the local callers
_NOT_OURS: Final = ("ORDERS_API_ISSUER", "ORDERS_API_AUDIENCE")


def start_squad(children: Children, database: Database) -> dict[str, Any]:
    """Start API and relay, and point this process and its later children to them; what they said of themselves.

    The hub must be started before: the relay learns of it by this process's settings.
    """
    url = database.url(ORDERS)
    migrate(url)
    pass_on({"ORDERS_DATABASE_URL": url, **dict.fromkeys(_NOT_OURS, "")})
    port = str(free_port(preferred=PREFERRED_PORT))
    api = children.start("api", verb("api", "serve", "--port", port))
    relay = children.start("relay", verb("relay", "--json", "--metrics-port", "0"))
    told: dict[str, Any] = json.loads(api.read_line(READY_SECONDS))
    pass_on(told["env"])
    told["env"]["ORDERS_DATABASE_URL"] = url
    told |= json.loads(relay.read_line(READY_SECONDS))
    return told


def wait_for_relay(settings: Settings) -> None:
    """Come back when the outbox is empty. Raises EnvironmentFault where the relay takes too long."""
    until = time.monotonic() + _RELAY_SECONDS
    with serving(), connect(settings.need_database()) as connection:
        store = OutboxStore(connection)
        while waiting := store.state().waiting:
            if time.monotonic() > until:
                raise EnvironmentFault(
                    f"{waiting} events still wait for the relay: look into its log, relay.log in the home's logs"
                )
            time.sleep(_LOOK_SECONDS)
