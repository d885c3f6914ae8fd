"""Runs the pipeline with Spark's own `spark-pipelines` on this machine, and tells of each dataset as it is done."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from orders_platform.errors import PipelineFailed
from orders_platform.lakehouse.pipelines.server import Address
from orders_platform.lakehouse.pipelines.source import GENERATION
from orders_platform.settings import environment_with

_DEFINITION = "orders.py"
_SPEC = "spark-pipeline.yaml"
_DONE = re.compile(r"Flow '?`?(?:[\w`]+\.)*`?(\w+)`?'? has COMPLETED")
_FAULT = re.compile(r"\b(?:FAILED|[\w.]*(?:Error|Exception)\b)")


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the pipeline did.

    Attributes:
        flows: seconds from the start at which each flow was done, by its name.
    """

    seconds: float
    flows: dict[str, float]


def run(
    folder: Path, address: Address, generation: str, *, full_refresh: bool, on_flow: Callable[[str], None] = lambda _: None
) -> Run:
    """One update of all datasets. Raises PipelineFailed where a flow failed: what depends on it then stands empty."""
    spec = _written_spec(folder, generation)
    words = [sys.executable, "-m", "pyspark.pipelines.cli", "run", "--spec", str(spec)]
    if full_refresh:
        words.append("--full-refresh-all")
    start, flows, said = time.monotonic(), {}, []
    log = folder / "run.log"
    with log.open("w") as kept:
        client = subprocess.Popen(  # noqa: S603  Spark's own command, without a shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=environment_with(address.variables),
        )
        for line in _lines(client):
            kept.write(line)
            said.append(line.strip())
            if done := _DONE.search(line):
                flows[done[1]] = time.monotonic() - start
                on_flow(done[1])
    if client.wait():
        raise PipelineFailed(_sentence(said, log))
    return Run(time.monotonic() - start, flows)


def _lines(client: subprocess.Popen[str]) -> Iterator[str]:
    """What the client says; it is ended where nobody listens any more."""
    try:
        yield from client.stdout or ()
    finally:
        if client.poll() is None:
            client.terminate()


def _written_spec(folder: Path, generation: str) -> Path:
    """The spec as shipped, with this machine's folders, beside a copy of the definition: it names files beside itself alone."""
    here = Path(__file__).parent
    spec = yaml.safe_load((here / _SPEC).read_text())
    spec["storage"] = (folder / "storage").as_uri()
    spec["configuration"][GENERATION] = generation
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(here / _DEFINITION, folder / _DEFINITION)
    written = folder / _SPEC
    written.write_text(yaml.safe_dump(spec, sort_keys=False))
    return written


def _sentence(said: list[str], log: Path) -> str:
    faults = [line for line in said if _FAULT.search(line)]
    word = (faults or said or ["it said nothing"])[0]
    return (
        f"the declarative pipeline failed: {word[:500]} (log: {log}); repair what it names and run again, "
        "or with --full-refresh from the hub's oldest message on; until then its views stand empty"
    )
