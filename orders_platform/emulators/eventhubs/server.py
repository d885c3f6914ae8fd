"""The emulator as a whole: both faces over one set of hubs, in this process or behind the command line."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from orders_platform.emulators.eventhubs.amqp.connection import Connection
from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.faults import Faults
from orders_platform.emulators.eventhubs.hub import Hubs
from orders_platform.emulators.eventhubs.kafka.face import serve_kafka
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.emulators.eventhubs.sas import Keys
from orders_platform.emulators.eventhubs.service import IDLE_TIME_OUT_MS, Service, wall_clock_ms
from orders_platform.errors import EnvironmentFault

HOST = "127.0.0.1"
EXPIRY_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How to serve. Port 0 takes a free one."""

    data: Path
    hubs: tuple[HubConfig, ...]
    key_name: str
    key: str
    amqp_port: int = 0
    kafka_port: int = 0
    log: LogOptions = field(default_factory=LogOptions)
    tls: tuple[Path, Path] | None = None
    allows_jwt: bool = False
    idle_time_out_ms: int = IDLE_TIME_OUT_MS
    clock: Callable[[], int] = wall_clock_ms


class EventHubsServer:
    """Starts, serves on the running loop, stops. Everything on it belongs to that loop."""

    def __init__(self, options: ServerOptions) -> None:
        """Nothing is opened yet."""
        self.options = options
        self.amqp_port = 0
        self.kafka_port = 0
        self._service: Service | None = None
        self._listeners: list[asyncio.Server] = []
        self._expiry: asyncio.Task[None] | None = None

    @property
    def hubs(self) -> Hubs:
        """The hubs served."""
        return self._running().hubs

    @property
    def faults(self) -> Faults:
        """What goes wrong on demand."""
        return self._running().faults

    async def start(self) -> None:
        """Open the data and listen. Raises EnvironmentFault where a port, the key pair or the data cannot be had."""
        options = self.options
        context = None if options.tls is None else _tls_context(*options.tls)
        keys = Keys({options.key_name: options.key})
        hubs = Hubs.open(options.data, options.hubs, options=options.log, now_ms=options.clock())
        self._service = Service(
            hubs, keys, clock=options.clock, allows_jwt=options.allows_jwt, idle_time_out_ms=options.idle_time_out_ms
        )
        try:
            await self._listen(context)
        except OSError as error:
            await self.stop()
            raise EnvironmentFault(
                f"port {options.amqp_port} or {options.kafka_port} cannot be listened on ({error.strerror}): "
                "stop what uses it, or give other ports (0 takes a free one)"
            ) from error
        self._expiry = asyncio.create_task(self._expire_now_and_then())

    async def stop(self) -> None:
        """Cut all clients off and give everything back."""
        if self._expiry is not None:
            self._expiry.cancel()
        for listener in self._listeners:
            listener.close()
        if self._service is not None:
            self._service.faults.drop_connections()
            self._service.hubs.close()
        self._service = None
        self._listeners.clear()

    def connection_string(self) -> str:
        """What points the SDK here."""
        scheme = f"Endpoint=sb://{HOST}:{self.amqp_port}"
        text = f"{scheme};SharedAccessKeyName={self.options.key_name};SharedAccessKey={self.options.key}"
        return text if self.options.tls else f"{text};UseDevelopmentEmulator=true"

    def client_settings(self) -> dict[str, str]:
        """The environment that points a client at the first hub."""
        return {
            "ORDERS_HUB_NAME": self.options.hubs[0].name,
            "ORDERS_HUB_CONNECTION": self.connection_string(),
            "ORDERS_HUB_KAFKA": f"{HOST}:{self.kafka_port}",
        }

    async def _listen(self, context: ssl.SSLContext | None) -> None:
        service, options = self._running(), self.options
        loop = asyncio.get_running_loop()
        amqp = await loop.create_server(lambda: Connection(service), HOST, options.amqp_port, ssl=context)
        self._listeners.append(amqp)
        kafka = await serve_kafka(service.hubs, service.keys, host=HOST, port=options.kafka_port, faults=service.faults)
        self._listeners.append(kafka)
        self.amqp_port, self.kafka_port = (listener.sockets[0].getsockname()[1] for listener in (amqp, kafka))

    async def _expire_now_and_then(self) -> None:
        while True:
            service = self._running()
            service.hubs.expire(service.clock())
            await asyncio.sleep(EXPIRY_EVERY_S)

    def _running(self) -> Service:
        if self._service is None:
            raise RuntimeError("the server is not started")
        return self._service


def _tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        raise EnvironmentFault(f"{certificate} and {key} are no certificate with its key ({error}): give PEM files") from error
    return context
