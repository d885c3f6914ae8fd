"""Looking at a real hub from Dagster: what each partition holds, and a data version that moves with it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.hub.publish import Publisher
from orders_platform.local.home import Home
from orders_platform.local.hub_process import start_hub
from orders_platform.local.processes import Children
from orders_platform.orchestration.specs import HUB
from orders_platform.settings import HubSettings, Settings

pytestmark = pytest.mark.integration
DATA_VERSION = "dagster/data_version"


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

    partitions = after.metadata["partitions"].value.records  # type: ignore[union-attr]  # a table, as built
    assert (before.metadata["events"].value, after.metadata["events"].value) == (0, 2)
    assert [record.data["partition"] for record in partitions] == ["0", "1", "2", "3"]
    assert sum(int(record.data["next"]) for record in partitions) == 2
    assert before.tags[DATA_VERSION] == again.tags[DATA_VERSION] != after.tags[DATA_VERSION]


def test_observing_without_settings_says_which_variables_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressing Observe with nothing configured is answered in one sentence."""
    for name in ("ORDERS_HUB_NAME", "ORDERS_HUB_CONNECTION", "ORDERS_HUB_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)

    result = _result()

    [event] = [e for e in result.all_events if e.is_step_failure]
    assert "no hub is named: set ORDERS_HUB_NAME" in str(event.step_failure_data.user_failure_data)


def _observe() -> dg.AssetObservation:
    result = _result()
    [observation] = [event.asset_observation_data.asset_observation for event in result.get_asset_observation_events()]
    return observation


def _result() -> dg.ExecuteInProcessResult:
    job = dg.define_asset_job("observe", dg.AssetSelection.assets(HUB))
    definitions = dg.Definitions.merge(defs, dg.Definitions(jobs=[job]))
    return definitions.resolve_job_def("observe").execute_in_process(raise_on_error=False)
