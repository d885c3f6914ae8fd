"""Fetches jars by Maven coordinate with the resolver inside Spark's own wheel: needs a Java, but no Maven."""

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Any

from orders_platform.errors import EnvironmentFault

# without a limit, a network that swallows packets holds the set-up for many minutes
_TIMEOUTS = ("-Dsun.net.client.defaultConnectTimeout=20000", "-Dsun.net.client.defaultReadTimeout=60000")


class JarResolver:
    """A short-lived JVM with Spark's MavenUtils; use it in a `with`. It writes into `folder` alone, never to ~/.ivy2.

    The environment variable DEFAULT_ARTIFACT_REPOSITORY names a mirror of Maven Central, as for spark-submit.
    """

    def __init__(self, java_home: Path, wheel_jars: Path, folder: Path) -> None:
        """Nothing is started yet."""
        self._java = java_home / "bin" / "java"
        self._wheel_jars = wheel_jars
        self._folder = folder
        self._gateway: Any = None

    def __enter__(self) -> "JarResolver":
        """Start the JVM."""
        from py4j.java_gateway import JavaGateway  # noqa: PLC0415  comes with pyspark

        try:
            self._gateway = JavaGateway.launch_gateway(
                classpath=str(self._wheel_jars / "*"),
                java_path=str(self._java),
                javaopts=[f"-Divy.home={self._folder}", *_TIMEOUTS],
                enable_auth=True,
                die_on_exit=True,
            )
        except Exception as fault:  # py4j raises whatever it meets
            raise EnvironmentFault(f"{self._java} does not start: check it with `{self._java} -version`") from fault
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the JVM and wait for it: its folder is about to go."""
        process = self._gateway.java_process
        with contextlib.suppress(Exception):
            self._gateway.shutdown()
        process.stdin.close()
        process.wait(timeout=30)

    def fetch(self, coordinate: str) -> Path:
        """The jar of this coordinate alone, without what it depends on. Raises EnvironmentFault where it cannot be had."""
        from py4j.protocol import Py4JError  # noqa: PLC0415  comes with pyspark

        jvm = self._gateway.jvm
        quiet = jvm.java.io.PrintStream(jvm.java.io.OutputStream.nullOutputStream())
        nothing = jvm.scala.Option.empty()
        maven = jvm.org.apache.spark.util.MavenUtils
        try:
            ivy = maven.buildIvySettings(nothing, jvm.scala.Option.apply(str(self._folder)), False, quiet)
            found = maven.resolveMavenCoordinates(coordinate, ivy, nothing, False, jvm.scala.package.Nil(), False, quiet)
            return Path(found.head())
        except Py4JError as fault:
            raise EnvironmentFault(
                f"cannot fetch {coordinate} from Maven Central: check the network, or name a mirror in "
                "DEFAULT_ARTIFACT_REPOSITORY, then run `orders-platform setup` again"
            ) from fault
