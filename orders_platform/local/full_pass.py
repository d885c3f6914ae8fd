"""Dagster's job over all tables, run by this process, telling of each table as it is done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.work import Work
from orders_platform.local.dagster_home import NO_RETRY
from orders_platform.orchestration.on_databricks import DatabricksRunner
from orders_platform.orchestration.runner import Context, PassRunner, TableEvent

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult

Tell = Callable[[TableReport], None]


@dataclass(frozen=True, slots=True)
class PassOutcome:
    """How a run of the job ended.

    Attributes:
        checks: passed or not, by `layer.table.check`; checks that only warn are not among them.
        fault: why the run failed, in one sentence; None where it did not.
    """

    run_id: str
    checks: dict[str, bool]
    fault: str | None


class TellingRunner(PassRunner):
    """Another runner; what its passes write into the ledger is also told to a listener, while they work."""

    def __init__(self, runner: PassRunner, lake: Path, tell: Tell) -> None:
        """Tell `tell` of each report that a pass of `runner` over `lake` leaves."""
        self._runner, self._lake, self._tell = runner, lake, tell

    def run(self, context: Context, work: Work) -> Iterator[TableEvent]:
        """Hand the events on, the reports behind them told first."""
        told = 0
        for event in self._runner.run(context, work):
            reports = ledger.read_pass(str(self._lake), work.pass_id)
            for report in reports[told:]:
                self._tell(report)
            told = len(reports)
            yield event


def run_full_pass(instance: "DagsterInstance", lake: Path, tell: Tell, *, runner: PassRunner | None = None) -> PassOutcome:
    """Run the job; its events stay in Dagster's records, where its UI shows them later."""
    from dagster import AssetCheckSeverity

    from orders_platform.definitions import defs  # noqa: PLC0415  loads Dagster: two seconds
    from orders_platform.orchestration.jobs import JOB_NAME  # noqa: PLC0415  the same

    result = defs.resolve_job_def(JOB_NAME).execute_in_process(
        instance=instance,
        raise_on_error=False,
        resources={"runner": TellingRunner(runner or DatabricksRunner(), lake, tell)},
        # each event would be a line across the progress bar; they are kept in Dagster's records
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        # who runs it sees it fail, and starts it again
        tags=NO_RETRY,
    )
    judging = [e for e in result.get_asset_check_evaluations() if e.severity is AssetCheckSeverity.ERROR]
    checks = {".".join((*e.asset_key.path, e.check_name)): e.passed for e in judging}
    return PassOutcome(result.run_id, checks, None if result.success else _fault(result))


def _fault(result: "ExecuteInProcessResult") -> str:
    """The sentence of the failure: ours where there is one, else the innermost error that Dagster recorded."""
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data:
            user_failure = event.step_failure_data.user_failure_data
            if user_failure and user_failure.description:
                return user_failure.description
            error = event.step_failure_data.error
            if error and error.cls_name == "DagsterExecutionInterruptedError":
                return "the pass was interrupted: start again, it goes on where it stood"
            while error and error.cause:
                error = error.cause
            return error.message.strip() if error else "the pass failed"
    return "the pass failed before its first step"
