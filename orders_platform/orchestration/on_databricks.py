"""The runner that Dagster uses: Databricks, or the jobs service on this machine that speaks like it."""

from collections.abc import Iterator

from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.runner import Context, PassRunner, TableEvent


class DatabricksRunner(PassRunner):
    """Each step is a run of the Databricks job, which settings say where to find."""

    def run(self, context: Context, work: Work) -> Iterator[TableEvent]:
        """As the run reports them."""
        from orders_platform.orchestration.databricks.runner import run_on_databricks  # noqa: PLC0415  loads the SDKs: 3 s

        return run_on_databricks(context, work)
