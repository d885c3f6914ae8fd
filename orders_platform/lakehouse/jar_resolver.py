"""Fetches jars by Maven coordinate with the resolver inside Spark's own wheel: needs a Java, but no Maven."""

import contextlib
import ssl
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from orders_platform.errors import EnvironmentFault

# without a limit, a network that swallows packets holds the set-up for many minutes
_TIMEOUTS = ("-Dsun.net.client.defaultConnectTimeout=20000", "-Dsun.net.client.defaultReadTimeout=60000")
# where Debian, Fedora and macOS keep the certificates that the machine trusts
_AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


class JarResolver:
    """A short-lived JVM with Spark's MavenUtils; use it in a `with`. It writes into `folder` alone, never to ~/.ivy2.

    The environment variable DEFAULT_ARTIFACT_REPOSITORY names a mirror of Maven Central, as for spark-submit.
    """

    def __init__(self, java_home: Path, wheel_jars: Path, folder: Path) -> None:
        self._java = java_home / "bin" / "java"
        self._wheel_jars = wheel_jars
        self._folder = folder
        self._gateway: Any = None

    def __enter__(self) -> Self:
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
        _trust_what_the_machine_trusts(self._gateway.jvm)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # waits for its end: the folder that it writes to is about to go
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


def _trust_what_the_machine_trusts(jvm: Any) -> None:  # noqa: ANN401  Java as py4j shows it has no types
    """A wheel's Java brings certificates of its own, and so would not know the authority of a company's network."""
    bundle = next((path for path in (ssl.get_default_verify_paths().cafile, *_AUTHORITIES) if path and Path(path).exists()), None)
    if bundle is None:
        return
    store = jvm.java.security.KeyStore.getInstance("PKCS12")
    store.load(None, None)
    source = jvm.java.io.FileInputStream(bundle)
    certificates = jvm.java.security.cert.CertificateFactory.getInstance("X.509").generateCertificates(source)
    for number, certificate in enumerate(certificates):
        store.setCertificateEntry(str(number), certificate)
    trust = jvm.javax.net.ssl.TrustManagerFactory.getInstance("PKIX")
    trust.init(store)
    context = jvm.javax.net.ssl.SSLContext.getInstance("TLS")
    context.init(None, trust.getTrustManagers(), None)
    jvm.javax.net.ssl.SSLContext.setDefault(context)
