"""A clock that is moved by hand, and a cluster whose runs end when a test says so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from orders_platform.emulators.databricks.desk import Desk
from orders_platform.emulators.databricks.fields import Fields
from orders_platform.emulators.databricks.jobs import Jobs
from orders_platform.emulators.databricks.runs import Run
from orders_platform.emulators.databricks.store import Store
from orders_platform.emulators.databricks.tasks import Assignment, Ending


@dataclass(slots=True)
class FakeTimer:
    """Something that the clock will do."""

    at_ms: int
    act: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass(slots=True)
class FakeClock:
    """Time stands still until it is moved."""

    now: int = 1_700_000_000_000
    timers: list[FakeTimer] = field(default_factory=list)

    def now_ms(self) -> int:
        return self.now

    def later(self, seconds: float, act: Callable[[], None]) -> FakeTimer:
        self.timers.append(FakeTimer(self.now + int(seconds * 1000), act))
        return self.timers[-1]

    def move(self, seconds: float) -> None:
        """Let time pass, and do what is due."""
        self.now += int(seconds * 1000)
        due = [timer for timer in self.timers if timer.at_ms <= self.now]
        self.timers = [timer for timer in self.timers if timer.at_ms > self.now]
        for timer in due:
            if not timer.cancelled:
                timer.act()

    @property
    def pauses(self) -> list[float]:
        """Seconds until each thing that is to be done."""
        return [(timer.at_ms - self.now) / 1000 for timer in self.timers if not timer.cancelled]


@dataclass(slots=True)
class FakeCluster:
    """Takes runs, and does nothing."""

    started: list[Assignment] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)

    def start(self, assignment: Assignment) -> None:
        self.started.append(assignment)

    def cancel(self, run_id: int) -> None:
        self.cancelled.append(run_id)


class FakeWorkspace:
    """Desk and jobs over a real store; neither sockets nor processes."""

    def __init__(self, data: Path, slots: int = 2) -> None:
        self.data = data
        self.slots = slots
        self.clock = FakeClock()
        self.start()

    def start(self) -> None:
        """Open the data, as the service does at its start."""
        self.cluster = FakeCluster()
        self.store = Store.open(self.data)
        self.desk = Desk(self.store, self.cluster, self.clock, data=self.data, slots=self.slots)
        self.jobs = Jobs(self.store, self.desk, self.clock)
        self.jobs.open()

    def stop(self) -> None:
        """Leave the data as a killed process would."""
        self.store.close()

    def job(self, **settings: object) -> int:
        """A job of one task."""
        task = {"task_key": "only", "spark_python_task": {"python_file": "task.py"}}
        return self.jobs.create(Fields({"name": "a job", "tasks": [task], **settings})).job_id

    def run_now(self, job_id: int, **more: object) -> Run:
        return self.jobs.run_now(Fields({"job_id": job_id, **more}))

    def end(self, run: Run, fault: str = "") -> None:
        """The run's process ends."""
        self.desk.ended(run.run_id, Ending(succeeded=not fault, fault=fault))

    def active(self, job_id: int) -> Run:
        """The one active run of a job."""
        [run] = self.desk.active(job_id)
        return run
