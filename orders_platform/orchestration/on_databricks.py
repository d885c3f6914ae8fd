"""The runner that Dagster uses: Databricks, or the jobs service on this machine that speaks like it."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any

import dagster as dg

from orders_platform.errors import WorkspaceError
from orders_platform.lakehouse.day_totals import Totals, totals_told
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.runner import Context, PassRunner, TableEvent, TotalsReader


class DatabricksRunner(PassRunner, TotalsReader):
    """Each step is a run of the Databricks job, which settings say where to find."""

    _at_work: Generator[TableEvent, None, Sequence[Any]] | None = None

    def run(self, context: Context, work: Work) -> Iterator[TableEvent]:
        """As the run reports them."""
        return self._begin(context, work)

    def totals(self, context: Context, work: Work) -> Totals:
        """As a run of the job tells them at its end, in the same folder as all else."""
        told = totals_told(_returned(self._begin(context, work)))
        if told is None:
            raise WorkspaceError("the Databricks run ended well without telling the totals: look at its page")
        return told

    def _begin(self, context: Context, work: Work) -> Generator[TableEvent, None, Sequence[Any]]:
        from orders_platform.orchestration.databricks.runner import run_on_databricks  # noqa: PLC0415  loads the SDKs: 3 s

        self._at_work = run_on_databricks(context, work)
        return self._at_work

    def close(self) -> None:
        """End a run that was left in its midst: a step that is ended between two events, Dagster drops without closing it."""
        if self._at_work is not None:
            self._at_work.close()


def _returned(run: Generator[TableEvent, None, Sequence[Any]]) -> Sequence[Any]:
    """What a run told beside the events of tables, once it has ended."""
    while True:
        try:
            next(run)
        except StopIteration as end:
            told: Sequence[Any] = end.value
            return told


@dg.resource(description="Passes as runs of the Databricks job")
def databricks_runner() -> Iterator[DatabricksRunner]:
    """For one run of Dagster's."""
    with closing(DatabricksRunner()) as runner:
        yield runner
