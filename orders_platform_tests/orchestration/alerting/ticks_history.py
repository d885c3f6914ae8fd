"""Sensors and their ticks as Dagster's daemon records them."""

import dagster as dg

# exported nowhere else
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData, TickData, TickStatus
from dagster_shared.error import SerializableErrorInfo

_REPOSITORY = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("orders_platform"), "__repository__")


def watched(instance: dg.DagsterInstance, name: str) -> InstigatorState:
    """A sensor that runs, as it is declared in code."""
    origin = RemoteInstigatorOrigin(_REPOSITORY, name)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.DECLARED_IN_CODE, SensorInstigatorData())
    return instance.add_instigator_state(state)


def stopped(instance: dg.DagsterInstance, state: InstigatorState) -> None:
    """Somebody has stopped it."""
    instance.update_instigator_state(state.with_status(InstigatorStatus.STOPPED))


def ticked(instance: dg.DagsterInstance, state: InstigatorState, status: str, at: float) -> None:
    """It looked, and the look ended so."""
    fault = SerializableErrorInfo("no answer", [], "HubError") if status == "FAILURE" else None
    runs = ["a run"] if status == "SUCCESS" else []
    origin, selector, kind = state.instigator_origin_id, state.selector_id, InstigatorType.SENSOR
    instance.create_tick(TickData(origin, state.name, kind, TickStatus(status), at, runs, error=fault, selector_id=selector))
