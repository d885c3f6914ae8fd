"""Jars: fetched once, checked each time, never half there."""

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.spark_jars import JARS, Jar, Resolver, ensure_jars
from orders_platform.settings import Settings

CONTENT = {"a:one:1": b"first", "a:two:2": b"second"}
TWO_JARS = tuple(Jar(coordinate, hashlib.sha256(content).hexdigest()) for coordinate, content in CONTENT.items())
Opening = Callable[[Settings, Path], AbstractContextManager[Resolver]]


class Shelf:
    """A resolver that has `content`, and counts what it gave."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content
        self.given: list[str] = []
        self.before_giving: Callable[[], object] = lambda: None

    @contextmanager
    def open(self, _: Settings, folder: Path) -> Iterator[Resolver]:
        self.folder = folder
        yield self

    def fetch(self, coordinate: str) -> Path:
        self.before_giving()
        if coordinate not in self.content:
            raise EnvironmentFault(f"no {coordinate}")
        self.given.append(coordinate)
        path = self.folder / coordinate.replace(":", "_")
        path.write_bytes(self.content[coordinate])
        return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"XDG_CACHE_HOME": str(tmp_path)})


def test_jars_are_fetched_once_and_found_the_second_time(settings: Settings) -> None:
    shelf = Shelf(CONTENT)

    paths = ensure_jars(settings, jars=TWO_JARS, resolver=shelf.open)

    assert [path.read_bytes() for path in paths] == [b"first", b"second"]
    assert ensure_jars(settings, jars=TWO_JARS, resolver=shelf.open) == paths
    assert shelf.given == list(CONTENT)


def test_only_a_damaged_jar_is_fetched_again(settings: Settings) -> None:
    shelf = Shelf(CONTENT)
    damaged = ensure_jars(settings, jars=TWO_JARS, resolver=shelf.open)[1]
    damaged.write_bytes(b"sec")

    ensure_jars(settings, jars=TWO_JARS, resolver=shelf.open)

    assert damaged.read_bytes() == b"second"
    assert shelf.given == ["a:one:1", "a:two:2", "a:two:2"]


@pytest.mark.parametrize(
    "content", [{"a:one:1": b"first", "a:two:2": b"forged"}, {"a:one:1": b"first"}], ids=["forged", "missing"]
)
def test_a_jar_that_cannot_be_had_leaves_nothing_and_is_named(settings: Settings, content: dict[str, bytes]) -> None:
    with pytest.raises(EnvironmentFault, match="a:two:2"):
        ensure_jars(settings, jars=TWO_JARS, resolver=Shelf(content).open)

    assert [path.name for path in (settings.cache / "jars").iterdir()] == ["one-1.jar"]


def test_two_at_once_both_end_with_whole_jars(settings: Settings) -> None:
    both_have_begun = threading.Barrier(2, timeout=30)
    shelves = [Shelf(CONTENT), Shelf(CONTENT)]
    for shelf in shelves:
        shelf.before_giving = both_have_begun.wait

    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda shelf: ensure_jars(settings, jars=TWO_JARS, resolver=shelf.open), shelves))

    assert results[0] == results[1]
    assert [path.read_bytes() for path in results[0]] == [b"first", b"second"]


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "orders-platform").write_text("in the way")

    with pytest.raises(EnvironmentFault, match=f"cannot keep jars in {tmp_path}"):
        ensure_jars(Settings.from_env({"XDG_CACHE_HOME": str(tmp_path)}), jars=TWO_JARS, resolver=Shelf(CONTENT).open)


def test_each_pin_is_one_version_with_a_whole_hash() -> None:
    assert len({jar.file_name for jar in JARS}) == len(JARS)
    assert {len(bytes.fromhex(jar.sha256)) for jar in JARS} == {hashlib.sha256().digest_size}


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Maven repository on this machine, named as the mirror."""
    root = tmp_path / "maven"
    root.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(root))  # type: ignore[arg-type]  # handed on as they come

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DEFAULT_ARTIFACT_REPOSITORY", f"http://127.0.0.1:{server.server_port}/")
        yield root
        server.shutdown()


@pytest.mark.spark
def test_sparks_resolver_takes_from_a_mirror_and_names_what_it_cannot_find(settings: Settings, maven: Path) -> None:
    content = b"not much of a jar"
    folder = maven / "shop" / "part" / "1.0"
    folder.mkdir(parents=True)
    (folder / "part-1.0.jar").write_bytes(content)
    (folder / "part-1.0.pom").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>shop</groupId><artifactId>part</artifactId><version>1.0</version></project>"
    )
    there = Jar("shop:part:1.0", hashlib.sha256(content).hexdigest())

    with pytest.raises(EnvironmentFault, match=r"cannot fetch shop:absent:1\.0 .* check the network"):
        ensure_jars(settings, jars=(there, Jar("shop:absent:1.0", "0" * 64)))

    assert [path.name for path in (settings.cache / "jars").iterdir()] == ["part-1.0.jar"]
