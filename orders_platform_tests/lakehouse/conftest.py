"""A hub that Spark reads and the SDK publishes to, and a lake beside it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import ServerInThread, server_in_thread
from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.hub.publish import Publisher
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.source import HubSource, hub_source
from orders_platform.settings import HubSettings, Settings
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.lakehouse.filled import Filled, fill, second_day


@dataclass
class Shop:
    """A hub that can be lost and made anew, and what was published so far."""

    folder: Path
    server: ServerInThread | None = None
    generation: int = 0
    log: LogOptions = field(default_factory=LogOptions)
    _orders: int = field(default=0)

    @property
    def hub(self) -> HubSettings:
        """How clients reach it."""
        assert self.server is not None
        return Settings.from_env(self.server.server.client_settings()).need_hub()

    @property
    def source(self) -> HubSource:
        """How Spark reads it, as it stands now."""
        return hub_source(self.hub)

    def sells(self, orders: int) -> None:
        """Publish new orders, one event each."""
        names = [f"o{self._orders + place}" for place in range(orders)]
        self._orders += orders
        self.publishes((name, body(an_event(name))) for name in names)

    def publishes(self, messages: Iterable[tuple[str | None, bytes]]) -> None:
        """Publish bodies as they are."""
        with Publisher(self.hub) as publisher:
            publisher.publish(messages)

    @contextmanager
    def open(self) -> Iterator["Shop"]:
        """Serve the hub; opened again in another generation, it is a new one."""
        options = ServerOptions(
            self.folder / f"hub{self.generation}", (HubConfig("orders", 2),), "Root", "c29tZSBrZXk=", log=self.log
        )
        with server_in_thread(options) as self.server:
            yield self


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop with an open hub."""
    with Shop(tmp_path).open() as opened:
        yield opened


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    """A lake without tables."""
    return Lake(spark, str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def filled(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A lake after two passes, so with two files a table, to be copied; its hub is shared, and holds what any test published."""
    folder = tmp_path_factory.mktemp("filled")
    lake = Lake(spark, str(folder / "lake"))
    with Shop(folder).open() as shop:
        shop.sells(2)
        fill(lake, shop)
        shop.publishes((event["data"]["order_id"], body(event)) for event in second_day())
        fill(lake, shop)
        yield Filled(shop, lake)
