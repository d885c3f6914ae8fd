"""The runner that Dagster uses: Databricks, or the jobs service on this machine that speaks like it."""

from collections.abc import Generator, Iterator
from contextlib import closing

import dagster as dg

from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.runner import Context, PassRunner, TableEvent


class DatabricksRunner(PassRunner):
    """Each step is a run of the Databricks job, which settings say where to find."""

    _at_work: Generator[TableEvent, None, None] | None = None

    def run(self, context: Context, work: Work) -> Iterator[TableEvent]:
        """As the run reports them."""
        from orders_platform.orchestration.databricks.runner import run_on_databricks  # noqa: PLC0415  loads the SDKs: 3 s

        self._at_work = run_on_databricks(context, work)
        return self._at_work

    def close(self) -> None:
        """End a run that was left in its midst: a step that is ended between two events, Dagster drops without closing it."""
        if self._at_work is not None:
            self._at_work.close()


@dg.resource(description="Passes as runs of the Databricks job")
def databricks_runner() -> Iterator[DatabricksRunner]:
    """For one run of Dagster's."""
    with closing(DatabricksRunner()) as runner:
        yield runner
