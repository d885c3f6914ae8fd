"""Runs the pipeline with Spark's own `spark-pipelines` on this machine, and tells of each dataset as it is done."""

import asyncio
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from orders_platform.errors import PassRefused, PipelineFailed
from orders_platform.hub_name import folded
from orders_platform.lakehouse.pipelines.server import Address
from orders_platform.lakehouse.pipelines.tables import GENERATION
from orders_platform.settings import environment_with

_DEFINITION = "orders.py"
_SPEC = "spark-pipeline.yaml"
_DONE = re.compile(r"Flow '?`?(?:[\w`]+\.)*`?(\w+)`?'? has COMPLETED")
# a fault of Spark may hold a whole plan in one line
_LONGEST_LINE = 2**24
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
    before = _generation_read(folder)
    words = [sys.executable, "-m", "pyspark.pipelines.cli", "run", "--spec", str(_written_spec(folder, generation))]
    if full_refresh:
        words.append("--full-refresh-all")
    start, flows, said = time.monotonic(), {}, []
    log = folder / "run.log"
    with log.open("w") as kept:

        def hear(line: str) -> None:
            kept.write(line)
            said.append(line.strip())
            if done := _DONE.search(line):
                flows[done[1]] = time.monotonic() - start
                on_flow(done[1])

        code = asyncio.run(_client(words, folder, address, hear))
    if code:
        if full_refresh and before:
            # whether it came so far as to empty the tables is not known: so they are of the hub that they were of
            _written_spec(folder, before)
        raise PipelineFailed(_sentence(said, log))
    return Run(time.monotonic() - start, flows)


async def _client(words: list[str], folder: Path, address: Address, hear: Callable[[str], None]) -> int:
    """Spark's own command, without a shell; it is ended where nobody listens any more."""
    client = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=_LONGEST_LINE,
        cwd=folder,
        env=environment_with(address.variables),
    )
    try:
        async for line in client.stdout or asyncio.StreamReader():
            hear(line.decode(errors="replace"))
        return await client.wait()
    finally:
        if client.returncode is None:
            client.terminate()


def refuse_another_hub(folder: Path, generation: str) -> None:
    """Raise PassRefused where the hub is another generation than the one read so far.

    The flow from the hub goes on at the positions where it stopped: in another generation they are those of other events.
    """
    before = _generation_read(folder)
    if before and generation and before != generation:
        raise PassRefused(
            f"the hub is {generation}, and the pipeline has read {before}: run it with --full-refresh, which starts at the hub's "
            "oldest message; where only the pipeline still has older ones, fill from the backup, too, by ORDERS_ROADS"
        )


def _generation_read(folder: Path) -> str:
    """Of the last run; empty where there was none, or it read no hub."""
    spec = folder / _SPEC
    told = yaml.safe_load(spec.read_text())["configuration"].get(GENERATION) if spec.exists() else None
    return folded(told or "")


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
