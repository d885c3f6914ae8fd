"""By what the tables are made: the part of the settings that chooses between passes and the declarative pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass

from orders_platform.errors import SettingsError

# pass: a run of our own job, table by table. pipeline: an update of a Lakeflow pipeline, into a schema of its own.
EXECUTORS = PASS, PIPELINE = "pass", "pipeline"


@dataclass(frozen=True, slots=True)
class ExecutorSettings:
    """What Dagster starts to have its tables made.

    Attributes:
        kind: one of EXECUTORS.
        pipeline: id of the pipeline in the workspace; None: nobody names one, and passes make the tables.
    """

    kind: str
    pipeline: str | None

    def need_pipeline(self) -> str:
        """The pipeline's id. Raises SettingsError where none is named."""
        if self.pipeline is None:
            raise SettingsError("no pipeline is named: set ORDERS_PIPELINE to its id in the workspace")
        return self.pipeline


def executor_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with them, a sentence each."""
    kind = env.get("ORDERS_EXECUTOR") or PASS
    checks = (
        (kind in EXECUTORS, f"ORDERS_EXECUTOR is none of {', '.join(EXECUTORS)}"),
        (
            kind != PIPELINE or bool(env.get("ORDERS_PIPELINE")),
            "ORDERS_EXECUTOR is pipeline, but ORDERS_PIPELINE does not give its id (`orders-platform databricks serve` has one)",
        ),
        (
            kind != PIPELINE or env.get("ORDERS_MODE") != "continuous",
            "ORDERS_EXECUTOR is pipeline, but ORDERS_MODE is continuous: only passes run all along, so set it to backlog",
        ),
    )
    return [fault for holds, fault in checks if not holds]


def executor_settings(env: Mapping[str, str]) -> ExecutorSettings:
    """Settings of the executor out of `env`, which has no fault."""
    return ExecutorSettings(kind=env.get("ORDERS_EXECUTOR") or PASS, pipeline=env.get("ORDERS_PIPELINE") or None)
