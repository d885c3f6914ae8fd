"""Looking at a real hub from Dagster: what each partition holds, and a data version that moves with it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.hub.publish import Publisher
from orders_platform.hub.tails import PartitionTail, tails
from orders_platform.local.home import Home
from orders_platform.local.hub_process import start_hub
from orders_platform.local.processes import Children
from orders_platform.orchestration.sources import seen
from orders_platform.orchestration.specs import HUB
from orders_platform.settings import HubSettings, Settings

pytestmark = pytest.mark.integration
DATA_VERSION = "dagster/data_version"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSettings]:
    """A hub of our own, named by the environment as Dagster finds it."""
    for name in ("ORDERS_HOME", "ORDERS_LAKE", "DAGSTER_HOME", "ORDERS_HUB_NAMESPACE"):
        monkeypatch.setenv(name, "")  # put back afterwards
    for name in ("ORDERS_HUB_NAME", "ORDERS_HUB_CONNECTION", "ORDERS_HUB_KAFKA"):
        monkeypatch.setenv(name, "")
    with Children(tmp_path / "logs") as children:
        start_hub(children, Home(tmp_path))
        yield Settings.load().need_hub()


def test_observing_the_hub_tells_each_partition_and_moves_the_data_version(hub: HubSettings) -> None:
    """Same tails, same data version; a new event, another one."""
    before, again = _observe(), _observe()
    with Publisher(hub) as publisher:
        publisher.publish([("order-1", b"{}"), ("order-2", b"{}")])

    after = _observe()

    partitions = _rows(after.metadata["partitions"])
    assert (before.metadata["events"].value, after.metadata["events"].value) == (0, 2)
    assert [record.data["partition"] for record in partitions] == ["0", "1", "2", "3"]
    assert [record.data["next"] for record in partitions if record.data["next"]] in ([2], [1, 1])
    assert before.tags[DATA_VERSION] == again.tags[DATA_VERSION] != after.tags[DATA_VERSION]


def test_observing_the_hub_tells_how_far_each_table_is_behind(hub: HubSettings) -> None:
    """By what its last materialization covers."""
    with Publisher(hub) as publisher:
        publisher.publish([("order-1", b"{}"), ("order-1", b"{}"), ("order-1", b"{}")])
    generation = tails(hub).generation
    [partition] = [name for name, tail in tails(hub).partitions.items() if tail.next]
    covered = {("bronze", "order_events"): 1, ("gold", "daily_sales"): 3}

    with dg.DagsterInstance.ephemeral() as instance:
        for key, position in covered.items():
            positions = {"positions_to": {generation: {partition: position}}}
            instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata=positions))
        told = _observe(instance).metadata

    rows = {str(record.data["partition"]): record.data for record in _rows(told["partitions"])}
    assert (told["events"].value, told["events_behind"].value) == (3, 2)
    assert (rows[partition]["committed"], rows[partition]["behind"]) == (1, 2)
    assert rows[partition]["seconds_behind"] == told["seconds_behind"].value
    assert {row["seconds_behind"] for name, row in rows.items() if name != partition} == {None}
    behind = {record.data["table"]: record.data["events_behind"] for record in _rows(told["tables"])}
    assert (behind["bronze.order_events"], behind["gold.daily_sales"], behind["silver.orders"]) == (2, 0, 3)


@pytest.mark.parametrize(
    ("ends", "committed", "behind", "seconds"),
    [((0, 5), 5, 0, None), ((0, 5), 2, 3, 90.0), ((4, 5), 2, 1, 90.0), ((0, 5), 9, 0, None)],
    ids=["at the tail", "behind", "behind what the hub still holds", "the hub lost its end"],
)
def test_a_partition_is_behind_by_what_bronze_can_still_take(
    ends: tuple[int, int], committed: int, behind: int, seconds: float | None
) -> None:
    told = seen(PartitionTail(*ends, NOON), committed, NOON + timedelta(seconds=90))

    assert (told["behind"], told["seconds_behind"]) == (behind, seconds)


def test_observing_without_settings_says_which_variables_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressing Observe with nothing configured is answered in one sentence."""
    for name in ("ORDERS_HUB_NAME", "ORDERS_HUB_CONNECTION", "ORDERS_HUB_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)

    result = _result()

    [event] = [e for e in result.all_events if e.is_step_failure]
    assert "no hub is named: set ORDERS_HUB_NAME" in str(event.step_failure_data.user_failure_data)


def _rows(value: dg.MetadataValue[Any]) -> Sequence[dg.TableRecord]:
    assert isinstance(value, dg.TableMetadataValue)
    return value.records


def _observe(instance: dg.DagsterInstance | None = None) -> dg.AssetObservation:
    result = _result(instance)
    [observation] = [event.asset_observation_data.asset_observation for event in result.get_asset_observation_events()]
    return observation


def _result(instance: dg.DagsterInstance | None = None) -> dg.ExecuteInProcessResult:
    job = dg.define_asset_job("observe", dg.AssetSelection.assets(HUB))
    definitions = dg.Definitions.merge(defs, dg.Definitions(jobs=[job]))
    return definitions.resolve_job_def("observe").execute_in_process(instance=instance, raise_on_error=False)
