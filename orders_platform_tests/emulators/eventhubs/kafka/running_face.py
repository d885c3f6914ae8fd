"""A hub with its Kafka face in a thread of this process, filled straight into the log."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from orders_platform.emulators.eventhubs.amqp.codec import encode
from orders_platform.emulators.eventhubs.amqp.types import Symbol
from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.faults import Faults
from orders_platform.emulators.eventhubs.hub import Hub, Hubs
from orders_platform.emulators.eventhubs.kafka.face import serve_kafka
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.emulators.eventhubs.sas import Keys

Result = TypeVar("Result")

KEY_NAME, KEY = "RootManageSharedAccessKey", "c2VjcmV0LW9mLXRlc3Rz="
HUB = "orders"
PATIENCE_S = 20


def an_event(body: bytes | None = b"{}", *, key: str | None = None, properties: dict[str, object] | None = None) -> bytes:
    """An AMQP message as the SDK encodes it; a body of None is an AMQP value null."""
    sections = []
    if key is not None:
        sections.append(b"\0\x53\x72" + encode({Symbol("x-opt-partition-key"): key}))
    if properties is not None:
        sections.append(b"\0\x53\x74" + encode(properties))
    sections.append(b"\0\x53\x77\x40" if body is None else b"\0\x53\x75" + encode(body))
    return b"".join(sections)


def connection_string(key: str = KEY, *, port: int = 1) -> str:
    """What a client gives as its password."""
    return f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName={KEY_NAME};SharedAccessKey={key};UseDevelopmentEmulator=true;"


class RunningFace:
    """Serves one hub until left; its log is only touched in the server's thread, as in the real process."""

    def __init__(self, data: Path, *, partitions: int = 1, options: LogOptions | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self.faults: list[dict[str, object]] = []
        """What went wrong in the server without a client to tell."""
        self._loop.set_exception_handler(lambda _, context: self.faults.append(context))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        configs = [HubConfig(HUB, partitions)]
        self.broken_by = Faults()
        self._hubs = self._in_loop(lambda: Hubs.open(data, configs, options=options or LogOptions(), now_ms=0))
        serving = serve_kafka(self._hubs, Keys({KEY_NAME: KEY}), host="127.0.0.1", port=0, faults=self.broken_by)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result(PATIENCE_S)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def append(self, *messages: bytes, partition: int = 0, now_ms: int = 1_000) -> int:
        """Append one batch; returns its first sequence number."""
        return self.with_hub(lambda hub: hub.partitions[partition].append(messages, now_ms))

    def with_hub(self, work: Callable[[Hub], Result]) -> Result:
        """Do something with the hub, in its thread."""
        return self._in_loop(lambda: work(self._hubs[HUB]))

    def _in_loop(self, work: Callable[[], Result]) -> Result:
        async def call() -> Result:
            return work()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(PATIENCE_S)

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self._hubs.close()


def fill(face: RunningFace, events: Sequence[tuple[int, bytes]], *, partition: int = 0) -> None:
    """Append events one by one, each with its own time."""

    def work(hub: Hub) -> None:
        for now_ms, message in events:
            hub.partitions[partition].append([message], now_ms)

    face.with_hub(work)
