"""A real Apache Kafka broker out of Maven Central, on this machine's loopback, for as long as a test session needs it."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COORDINATES = (("org.apache.kafka", "kafka_2.13", "3.9.1"), ("org.slf4j", "slf4j-simple", "1.7.36"))
PATIENCE_S = 60
_CLUSTER = "b3JkZXJzLXBsYXRmb3JtMQ"


@contextmanager
def running_broker(folder: Path) -> Iterator[str]:
    """A broker's address; its jars, data and log are in `folder`. Needs `mvn` and `java` on the path."""
    jars = _fetch_jars(folder)
    broker, controller = _free_ports(2)
    properties = _write_properties(folder, broker=broker, controller=controller)
    java = ["java", "-Xmx512m", "-cp", f"{jars}/*"]
    subprocess.run(
        [*java, "kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", properties], check=True, capture_output=True
    )
    with (folder / "broker.log").open("wb") as log:
        process = subprocess.Popen([*java, "kafka.Kafka", properties], stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(broker, process, log=folder / "broker.log")
            yield f"127.0.0.1:{broker}"
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _fetch_jars(folder: Path) -> Path:
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        for group, artifact, version in COORDINATES
    )
    (folder / "pom.xml").write_text(
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>test</groupId><artifactId>broker</artifactId><version>1</version>"
        f"<dependencies>{dependencies}</dependencies></project>"
    )
    jars = folder / "jars"
    command: list[str | Path] = [
        "mvn",
        "-q",
        "-B",
        "-f",
        folder / "pom.xml",
        "dependency:copy-dependencies",
        f"-DoutputDirectory={jars}",
    ]
    subprocess.run(command, check=True, capture_output=True)
    return jars


def _write_properties(folder: Path, *, broker: int, controller: int) -> Path:
    properties = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": folder / "data",
        "num.partitions": 2,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        # As Event Hubs: the time of an event is when the hub took it.
        "log.message.timestamp.type": "LogAppendTime",
    }
    path = folder / "broker.properties"
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
    return path


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago: a broker of one node must know its controller's before it starts."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for(port: int, process: subprocess.Popen[bytes], *, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the broker does not answer: {log.read_text()[-2000:]}")
