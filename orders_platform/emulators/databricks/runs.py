"""A run: what it is asked to do, where it stands, and how it ended."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

ONE_TIME, CONTINUOUS = "ONE_TIME", "CONTINUOUS"


class State(StrEnum):
    """Life cycle states of the Jobs API."""

    QUEUED = "QUEUED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    TERMINATING = "TERMINATING"
    TERMINATED = "TERMINATED"
    SKIPPED = "SKIPPED"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class Result(StrEnum):
    """Results of the Jobs API."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    TIMEDOUT = "TIMEDOUT"
    CANCELED = "CANCELED"
    MAXIMUM_CONCURRENT_RUNS_REACHED = "MAXIMUM_CONCURRENT_RUNS_REACHED"


# on the cluster, or on its way there: such a run holds a slot
STARTED = frozenset({State.PENDING, State.RUNNING, State.TERMINATING})
ENDED = frozenset({State.TERMINATED, State.SKIPPED, State.INTERNAL_ERROR})


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked to do.

    Attributes:
        job_id: its job; 0 for a run that was submitted on its own.
        task: in the API's words, with parameters put in.
        parameters: the job's, as they are answered: name, default, value.
        most_at_once: how many runs its job may have at once.
        waits: whether it waits for its turn where those are all at work.
        token: another request with this one gets the same run.
    """

    job_id: int
    name: str
    task: dict[str, Any]
    parameters: list[dict[str, str]] = field(default_factory=list)
    most_at_once: int = 1
    waits: bool = False
    timeout_seconds: int = 0
    token: str | None = None
    trigger: str = ONE_TIME

    def of_trigger(self, trigger: str) -> Self:
        """The same, asked for by something else."""
        return replace(self, trigger=trigger)


@dataclass(slots=True)
class Run:
    """A run. Times are milliseconds since 1970, 0 where it is not there yet.

    Attributes:
        task_run_id: its one task's own number, by which the API knows it, too.
        stopping: the result that it will have, once it is being stopped.
    """

    run_id: int
    task_run_id: int
    request: Request
    created_ms: int
    state: State = State.QUEUED
    result: Result | None = None
    message: str = ""
    trace: str = ""
    started_ms: int = 0
    running_ms: int = 0
    ended_ms: int = 0
    stopping: Result | None = None

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.state not in ENDED

    def end(self, result: Result, message: str, at_ms: int) -> None:
        """Nothing changes it from here on."""
        skipped = result is Result.MAXIMUM_CONCURRENT_RUNS_REACHED
        self._close(State.SKIPPED if skipped else State.TERMINATED, result, message, at_ms)

    def lose(self, message: str, at_ms: int) -> None:
        """It ended by no fault of its own."""
        self._close(State.INTERNAL_ERROR, Result.FAILED, message, at_ms)

    def _close(self, state: State, result: Result, message: str, at_ms: int) -> None:
        self.state, self.result, self.message, self.ended_ms = state, result, message, at_ms

    def as_document(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Self:
        """As it was kept."""
        result, stopping = document["result"], document["stopping"]
        return cls(
            **{
                **document,
                "request": Request(**document["request"]),
                "state": State(document["state"]),
                "result": Result(result) if result else None,
                "stopping": Result(stopping) if stopping else None,
            }
        )
