"""The jars that Spark needs beside its wheel: pinned, fetched once per user, checked each time."""

import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.jar_resolver import JarResolver
from orders_platform.lakehouse.java import java_home
from orders_platform.path_settings import JARS as JAR_NAMES
from orders_platform.path_settings import need_folder
from orders_platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Jar:
    """A jar by its Maven coordinate, and the SHA-256 of the file that we tested with."""

    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Name of the file: artifact and version."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


# delta-spark names its Spark in the artifact; 4.4.1 has a wheel, but no jar in Maven Central yet
JARS = (
    Jar("io.delta:delta-spark_4.2_2.13:4.4.0", "27d4fd8b1f879535c573ed1c718177d6a27f24d3e626ba02e216369725721ead"),
    Jar("io.delta:delta-storage:4.4.0", "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc"),
    Jar("io.delta:delta-kernel-api:4.4.0", "ee9b5a14ac3b7efdff4d61a58478fe8eb0e5a3fbca43889dca7290795fe79a11"),
    Jar("io.delta:delta-kernel-defaults:4.4.0", "225c975199e4718b38ee5b7e6da7f19e9585024262b2cec2656b32151a856b0b"),
    Jar("io.delta:delta-kernel-unitycatalog:4.4.0", "cea22dfb4ac562b3cd27bf652697750e8336009d73fb06631363aaaad5345ffa"),
    Jar("io.unitycatalog:unitycatalog-client:0.6.0", "48257499a86b801a3e2372cec55ac226ca1c1c7eabe5c118e7302f29a1fdbc19"),
    Jar("org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0", "64539c45e5d39f7ddb747312c239f38f5208d08c1a0ddf7d70beb2fbd9373705"),
    Jar(
        "org.apache.spark:spark-token-provider-kafka-0-10_2.13:4.2.0",
        "641c7947afc8aa1189e433b7c2d305293993c8691bc1c2062d6d4f513b12518c",
    ),
    Jar("org.apache.kafka:kafka-clients:3.9.2", "014b4ef36884478a932641818b080c36a8f8e2e92dc771e800c9d2694f4f83d8"),
    Jar("org.apache.spark:spark-avro_2.13:4.2.0", "4c186cedc03cbe4ee356a94b32232b347ef48611c3209400b3a77e4fe4abff4f"),
    Jar("org.apache.commons:commons-pool2:2.13.1", "f77a5060d6936a9144023584232f9de3f2248f1abfe156e9d31795f18770674f"),
)


class Resolver(Protocol):
    """What finds a jar by its coordinate and leaves it in a folder that was named before."""

    def fetch(self, coordinate: str) -> Path:
        """Raises EnvironmentFault where it cannot be had."""


def of_the_wheel(settings: Settings, folder: Path) -> JarResolver:
    """The resolver inside the pyspark wheel; found without importing it."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise EnvironmentFault('pyspark is not installed: `pip install "orders_platform[local]"`, or `make setup` in a clone')
    return JarResolver(java_home(settings), Path(spec.origin).parent / "jars", folder)


def ensure_jars(
    settings: Settings | None = None,
    *,
    jars: tuple[Jar, ...] = JARS,
    on_jar: Callable[[Jar], None] = lambda _: None,
    resolver: Callable[[Settings, Path], AbstractContextManager[Resolver]] = of_the_wheel,
) -> tuple[Path, ...]:
    """Paths of all jars; one that is missing or damaged is fetched. Two processes may do this at once.

    Args:
        on_jar: called as each jar is in place.

    Raises EnvironmentFault where a jar cannot be had, or is not the one that was pinned.
    """
    settings = settings or Settings.load()
    folder = need_folder("XDG_CACHE_HOME", settings.cache, JAR_NAMES) / "jars"
    missing = [jar for jar in jars if not _is_intact(folder / jar.file_name, jar)]
    for jar in jars:
        if jar not in missing:
            on_jar(jar)
    if missing:
        with _aside(folder) as aside, resolver(settings, aside) as source:
            for jar in missing:
                _checked(source.fetch(jar.coordinate), jar).replace(folder / jar.file_name)
                on_jar(jar)
    return tuple(folder / jar.file_name for jar in jars)


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` to fetch into, one for each process: they meet only in the rename, of equal files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".fetch-") as aside:
            yield Path(aside)
    except OSError as fault:
        raise EnvironmentFault(
            f"cannot keep jars in {folder}: {fault.strerror}; make room there or set XDG_CACHE_HOME"
        ) from fault


def _checked(path: Path, jar: Jar) -> Path:
    if not _is_intact(path, jar):
        raise EnvironmentFault(
            f"{jar.coordinate} came with another SHA-256 than the pinned {jar.sha256}: do not use it, "
            "look at what answers for Maven Central on this network"
        )
    return path


def _is_intact(path: Path, jar: Jar) -> bool:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == jar.sha256
    except (FileNotFoundError, NotADirectoryError):
        return False
