"""A door before a service that can be shut: what an outage looks like to a client."""

import socket
import threading
from contextlib import suppress

from orders_platform_tests.local.waiting import wait_until

_CHUNK = 65_536
_PATIENCE_S = 60


class Gate:
    """Passes connections on to a port of this machine while it is open; shut, it drops each at once, and those that are there."""

    def __init__(self, behind: int) -> None:
        """Open before the port `behind`."""
        self._behind = behind
        self._is_open = True
        self._knocks = 0
        self._joined: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._let_in, daemon=True).start()

    @property
    def url(self) -> str:
        """Where clients knock."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def outage(self, knocks: int = 3) -> None:
        """Be shut until clients have knocked so often in vain."""
        self.shut()
        wait_until(lambda: self._knocks >= knocks, _PATIENCE_S)
        self.open()

    def shut(self) -> None:
        """Let nobody through from now on."""
        self._is_open, self._knocks = False, 0
        for joined in self._joined:
            with suppress(OSError):
                joined.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        """Let everybody through again."""
        self._is_open = True

    def close(self) -> None:
        """Be gone."""
        with suppress(OSError):
            # closing alone does not wake who waits in accept
            self._door.shutdown(socket.SHUT_RDWR)
        for one in (self._door, *self._joined):
            one.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                self._joined.append(client)
                if self._is_open:
                    self._join(client)
                else:
                    self._knocks += 1
                    client.close()

    def _join(self, client: socket.socket) -> None:
        service = socket.create_connection(("127.0.0.1", self._behind))
        self._joined.append(service)
        for source, sink in ((client, service), (service, client)):
            threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
