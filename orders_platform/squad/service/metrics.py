"""What the API counts, for Prometheus."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class ApiMetrics:
    """Requests by route, method and status; what was accepted by kind of change."""

    def __init__(self) -> None:
        """Count from zero, in a registry of its own."""
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Histogram("orders_api_request_seconds", "Requests", labels, registry=self.registry, buckets=_BUCKETS)
        self.accepted = Counter("orders_accepted", "Changes of orders that were accepted", ("change",), registry=self.registry)

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self.registry)


class Timed:
    """Wraps an app; times each request under its route, so that an order's id makes no label."""

    def __init__(self, app: ASGIApp, metrics: ApiMetrics) -> None:
        """Time `app`."""
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and note how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.requests.labels(scope["method"], route, status).observe(time.perf_counter() - started)
