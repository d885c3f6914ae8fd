"""What a run does, as a driver needs to know it, and the words in which the service asks for it."""

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class PythonTask:
    """Python to be called.

    Attributes:
        package: the package whose entry point `entry` is; None where `entry` is a file's path.
        words: its command line, without the program's name.
    """

    package: str | None
    entry: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One run, as it is handed to the driver.

    Attributes:
        folder: where the run's process stands.
        log: the file that takes all that the run prints.
    """

    run_id: int
    task: PythonTask
    variables: dict[str, str]
    folder: str
    log: str

    def as_message(self) -> dict[str, Any]:
        """As it goes over the pipe to the driver."""
        return asdict(self)

    @classmethod
    def of_message(cls, message: dict[str, Any]) -> Self:
        """As it came over the pipe."""
        task = message["task"]
        return cls(**{**message, "task": PythonTask(**{**task, "words": tuple(task["words"])})})


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run's process ended.

    Attributes:
        fault: one sentence, empty where all went well.
        trace: the traceback, where there is one.
    """

    succeeded: bool
    fault: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class DriverOptions:
    """How a driver works.

    Attributes:
        session: the function that starts Spark, as MODULE:FUNCTION; it takes further Spark settings.
        scratch: a folder for what Spark leaves lying and for the warm-up's table.
        grace_seconds: how long a cancelled run may take to end before it is killed.
    """

    session: str
    scratch: str
    grace_seconds: float
