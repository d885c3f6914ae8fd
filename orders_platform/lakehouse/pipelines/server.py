"""A Spark of this machine that `spark-pipelines` can connect to, with a catalog that outlives it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orders_platform.errors import PipelineFailed
from orders_platform.lakehouse.session import JAVA_OPTIONS, WAREHOUSE, java_options, local_session

_PLUGIN = "org.apache.spark.sql.connect.SparkConnectPlugin"
# what Java has to say goes beside the results
_JAVA = "-Xlog:disable -Xlog:all=warning:stderr"
_SERVICE = "org.apache.spark.sql.connect.service.SparkConnectService$"


@dataclass(frozen=True, slots=True)
class Address:
    """How a client reaches it: Spark Connect's URL, and the token that it asks for, since any user of the machine may call."""

    url: str
    token: str

    @property
    def variables(self) -> dict[str, str]:
        """What a client's environment must hold."""
        return {"SPARK_REMOTE": self.url, "SPARK_CONNECT_AUTHENTICATE_TOKEN": self.token}


@contextmanager
def connect_server(folder: Path) -> Iterator[Address]:
    """Serve until the block ends; tables and catalog stay in `folder`, which one server may use at a time.

    Raises PipelineFailed where it does not start.
    """
    token = secrets.token_urlsafe()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        session = local_session(_config(folder, token))
    except Exception as fault:  # py4j raises whatever it meets
        raise PipelineFailed(f"Spark does not start over {folder}: {str(fault).splitlines()[0]}") from fault
    try:
        service = getattr(session._jvm, _SERVICE)  # noqa: SLF001  the port that it took is told nowhere else
        yield Address(f"sc://localhost:{getattr(service, 'MODULE$').localPort()}", token)
    finally:
        session.stop()


def _config(folder: Path, token: str) -> dict[str, str]:
    """The catalog must outlive the server: one in memory would refuse the tables that it finds at the next start."""
    return {
        "spark.plugins": _PLUGIN,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": "0",
        "spark.connect.authenticate.token": token,
        "spark.sql.catalogImplementation": "hive",
        WAREHOUSE: (folder / "warehouse").as_uri(),
        JAVA_OPTIONS: f'{java_options()} {_JAVA} "-Dderby.stream.error.file={folder / "derby.log"}"',
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder / 'metastore'};create=true",
    }
