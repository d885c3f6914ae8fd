"""The driver as a process: commands come in by stdin, what happens goes out by stdout, each a line of JSON.

The end of stdin is the end of the service, and of all that this process started.
"""

import json
import os
import sys
import threading
import traceback
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Any, Final, TypeAlias

from orders_platform.emulators.databricks.driver.runs import Runs, load_libraries
from orders_platform.emulators.databricks.driver.warm_spark import WarmSpark, start_spark
from orders_platform.emulators.databricks.tasks import Assignment, DriverOptions, Ending

_GIVEN_UP: Final = 71
_WITHOUT_JVM: Final = 72

Commands: TypeAlias = SimpleQueue[dict[str, Any]]


class Mouth:
    """Says what happens; nothing else may be printed where the service listens."""

    def __init__(self) -> None:
        """Take stdout away from everyone else in this process and below it."""
        self._out: IO[str] = os.fdopen(os.dup(1), "w", encoding="utf-8")
        self._speaking = threading.Lock()
        os.dup2(2, 1)

    def ready(self, spark: WarmSpark) -> None:
        """The cluster takes runs from now on."""
        self._say({"event": "ready", "jvm": spark.process.pid})

    def run(self, event: str, run_id: int, ending: Ending | None = None) -> None:
        """Something happened to a run."""
        self._say({"event": event, "run_id": run_id, "ending": asdict(ending) if ending else None})

    def _say(self, event: dict[str, object]) -> None:
        with self._speaking:
            self._out.write(f"{json.dumps(event)}\n")
            self._out.flush()


def main() -> None:
    """Start Spark, then do as told until stdin ends."""
    sys.excepthook = _fail
    threading.excepthook = lambda failed: _fail(failed.exc_type, failed.exc_value, failed.exc_traceback)
    mouth = Mouth()
    options = DriverOptions(**json.loads(sys.stdin.readline()))
    commands: Commands = SimpleQueue()
    started: list[WarmSpark] = []
    threading.Thread(target=_listen, args=(commands, started), name="listen", daemon=True).start()
    load_libraries()
    spark = start_spark(options.session, Path(options.scratch))
    started.append(spark)
    threading.Thread(target=_end_with_the_jvm, args=(spark,), name="end with the JVM", daemon=True).start()
    runs = Runs(spark, options.grace_seconds, mouth.run, _give_up)
    mouth.ready(spark)
    while True:
        _obey(runs, commands.get())


def _obey(runs: Runs, command: dict[str, Any]) -> None:
    if "start" in command:
        runs.start(Assignment.of_message(command["start"]))
    else:
        runs.cancel(command["cancel"])


def _listen(commands: Commands, started: list[WarmSpark]) -> None:
    for line in sys.stdin:
        commands.put(json.loads(line))
    for spark in started:
        spark.end()
    # the runs and the process that they are forked from see this end and follow
    os._exit(0)


def _end_with_the_jvm(spark: WarmSpark) -> None:
    code = spark.process.wait()
    sys.stderr.write(f"the JVM ended with {code}\n")
    os._exit(_WITHOUT_JVM)


def _fail(kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> None:
    """A driver that lost one of its threads would leave runs without an end: better none at all."""
    traceback.print_exception(kind, fault, trace)
    _give_up(f"{kind.__name__}: {fault}")


def _give_up(reason: str) -> None:
    sys.stderr.write(f"{reason}\n")
    os._exit(_GIVEN_UP)


if __name__ == "__main__":
    main()
