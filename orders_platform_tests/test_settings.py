"""Settings of each environment that we name, and what is said of wrong ones: all of it at once, each by its name."""

import json
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from orders_platform.emulators.databricks.process import _facts
from orders_platform.emulators.databricks.service import ServiceOptions
from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.errors import SettingsError
from orders_platform.executor_settings import ExecutorSettings
from orders_platform.settings import HubSettings, Settings
from orders_platform_tests.deploy.bundle import GIVEN, resolved

CONNECTION = "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=key"
CLUSTER = {"DATABRICKS_RUNTIME_VERSION": "17.3"}
HUB_HALVES = "ORDERS_HUB_NAME, and one of ORDERS_HUB_CONNECTION and ORDERS_HUB_NAMESPACE, go together"
# one of each kind; a job's number and a cluster exclude each other, and each is wrong by itself
WRONG = {
    "ORDERS_TIMEZONE": "Atlantis",
    "ORDERS_ENVIRONMENT": "staging",
    "ORDERS_LAKE": "abfss://lake@shop.dfs.core.windows.net/",
    "ORDERS_HUB_NAME": "",
    "ORDERS_HUB_CONNECTION": "SharedAccessKey=key",
    "ORDERS_HUB_NAMESPACE": "shop.servicebus.windows.net",
    "ORDERS_MODE": "always",
    "ORDERS_EXECUTOR": "dlt",
    "ORDERS_JOB": "seven",
    "ORDERS_CONTINUOUS_JOB": "orders_platform continuous",
    "ORDERS_CLUSTER": "{",
    "ORDERS_BACKUP": "wasbs://backup@shop",
    "ORDERS_ROADS": "rail",
    "ORDERS_BACKUP_DAYS": "90",
    "ORDERS_TRADING_DAYS": "mon,someday",
    "ORDERS_TRADING_HOURS": "20:00-08:00",
}


def test_a_laptop_needs_no_setting(tmp_path: Path) -> None:
    """All is kept below the folder that one starts in; there is no hub, and nowhere to run."""
    settings = Settings.from_env({"HOME": "/h"})

    assert (settings.home, settings.lake) == (tmp_path / ".orders", str(tmp_path / ".orders" / "lake"))
    assert (settings.cache, settings.java_home) == (Path("/h/.cache/orders-platform"), None)
    assert (settings.environment, settings.timezone, settings.mode) == ("local", "UTC", "backlog")
    assert (settings.hub, settings.is_databricks) == (None, False)
    assert (settings.job.job_id, settings.job.cluster_id, settings.job.new_cluster, settings.job.messages) == (None,) * 4
    assert settings.job.continuous_job_id is None


def test_an_empty_setting_is_one_that_is_not_given(tmp_path: Path) -> None:
    """A file of settings may name all of them; a home or a lake of no name would be the folder that one stands in."""
    settings = Settings.from_env({"ORDERS_HOME": "", "ORDERS_LAKE": ""})

    assert (settings.home, settings.lake) == (tmp_path / ".orders", str(tmp_path / ".orders" / "lake"))


def test_the_shop_sells_from_eight_to_eight_but_on_tuesdays() -> None:
    trading = Settings.from_env({}).trading

    assert trading.days == {0, 2, 3, 4, 5, 6}
    assert (trading.opens, trading.closes, trading.zone) == (time(8), time(20), ZoneInfo("UTC"))


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number that no file knows."""
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 54_321)

    assert _refusal({}) == "HOME is not set, and the system knows no home of this user: set HOME"
    assert Settings.from_env({"HOME": "/h"}).cache == Path("/h/.cache/orders-platform")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_cluster_is_told_by_the_bundle_of_catalog_namespace_and_credential(environment: str) -> None:
    """No key travels: the cluster has an identity."""
    namespace = f"orders-{environment}.servicebus.windows.net"

    settings = Settings.from_env(_told_by_the_bundle(environment))

    assert (settings.environment, settings.lake) == (environment, f"orders_{environment}")
    assert settings.hub == HubSettings("orders", None, namespace, f"{namespace}:9093", credential="orders-hub")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_bundle_tells_nothing_that_a_cluster_is_not_told_by_dagster(environment: str) -> None:
    """What Dagster sends with a run replaces it whole."""
    told = _told_by_the_bundle(environment)

    assert Settings.public(told) == told


def test_what_hub_serve_prints_is_a_hub(tmp_path: Path) -> None:
    options = ServerOptions(tmp_path, (HubConfig("orders", 2),), "Root", "c29tZSBrZXk=")
    with server_in_thread(options) as running:
        printed = running.server.client_settings()
        port = running.server.kafka_port

    hub = Settings.from_env(printed).need_hub()

    assert (hub.name, hub.namespace, hub.kafka) == ("orders", None, f"127.0.0.1:{port}")
    assert hub.is_emulator


def test_what_databricks_serve_prints_is_a_place_to_run(tmp_path: Path) -> None:
    """A cluster that is warm, and a folder for messages in its volume."""
    options = ServiceOptions(tmp_path, "token", 0, 2, 5.0, volumes=(tmp_path,), session="m:f")
    printed = _facts("http://127.0.0.1:8080", options)["env"]
    assert isinstance(printed, dict)

    job = Settings.from_env(printed).job

    assert (job.cluster_id, job.job_id, job.new_cluster) == ("local", None, None)
    assert job.need_messages() == f"{tmp_path}/messages"


def test_a_cluster_knows_that_it_is_one() -> None:
    assert Settings.from_env(CLUSTER | {"ORDERS_LAKE": "orders_dev"}).is_databricks


@pytest.mark.parametrize("lake", [{}, {"ORDERS_LAKE": ""}, {"ORDERS_LAKE": "/lakes/shop"}], ids=["none", "empty", "a folder"])
def test_a_cluster_keeps_no_lake_on_its_own_disk(lake: dict[str, str]) -> None:
    """All would look well until the driver is gone, and the tables with it."""
    assert _refusal(CLUSTER | lake).startswith("ORDERS_LAKE must be a Unity Catalog on a cluster: ")


def test_all_that_is_wrong_is_told_in_one_message() -> None:
    """Who sets twelve variables does not want to start twelve times."""
    message = _refusal(WRONG)

    assert [name for name in WRONG if name not in message] == []
    assert "ORDERS_JOB and ORDERS_CLUSTER exclude each other" in message


@pytest.mark.parametrize("name", sorted(WRONG.keys() - {"ORDERS_HUB_NAME"}))
def test_a_wrong_setting_is_told_alone_where_it_is_the_only_one(name: str) -> None:
    """A connection string without its hub is two faults: half a hub, and no address."""
    message = _refusal({name: WRONG[name]})

    assert name in message
    assert len(message.split("; ")) == (2 if name == "ORDERS_HUB_CONNECTION" else 1)


def test_a_pipeline_that_makes_the_tables_has_an_id_and_is_updated_when_there_is_something_new() -> None:
    wanted = {"ORDERS_EXECUTOR": "pipeline"}

    assert _refusal(wanted).startswith("ORDERS_EXECUTOR is pipeline, but ORDERS_PIPELINE does not give its id")
    assert "set it to backlog" in _refusal(wanted | {"ORDERS_PIPELINE": "p-1", "ORDERS_MODE": "continuous"})
    assert Settings.from_env(wanted | {"ORDERS_PIPELINE": "p-1"}).executor == ExecutorSettings("pipeline", "p-1")
    assert Settings.from_env({"ORDERS_PIPELINE": ""}).executor == ExecutorSettings("pass", None)


def test_a_cluster_is_named_by_its_id() -> None:
    job = Settings.from_env({"ORDERS_CLUSTER": "0123-456789"}).job

    assert (job.cluster_id, job.new_cluster) == ("0123-456789", None)


def test_a_new_cluster_is_described_by_a_json_object() -> None:
    described = {"spark_version": "17.3.x-scala2.13", "num_workers": 1}

    job = Settings.from_env({"ORDERS_CLUSTER": f"\n {json.dumps(described)}"}).job

    assert (job.cluster_id, job.new_cluster) == (None, described)


@pytest.mark.parametrize("text", ['{"num_workers": 1', "[]", '[{"num_workers": 1}]', '"0123-456789"'])
def test_json_that_describes_no_cluster_is_refused(text: str) -> None:
    """It is no id either."""
    assert _refusal({"ORDERS_CLUSTER": text}) == "ORDERS_CLUSTER is neither a cluster's id nor a JSON object for a new one"


def test_a_job_is_named_by_its_number() -> None:
    job = Settings.from_env({"ORDERS_JOB": "77", "ORDERS_CLUSTER": ""}).job

    assert (job.job_id, job.continuous_job_id) == (77, None)


def test_the_continuous_job_is_another_one_and_goes_with_a_cluster_for_other_work() -> None:
    job = Settings.from_env({"ORDERS_CONTINUOUS_JOB": "78", "ORDERS_CLUSTER": "0123-456789"}).job

    assert (job.job_id, job.continuous_job_id, job.cluster_id) == (None, 78, "0123-456789")


@pytest.mark.parametrize(
    "place", ["/data/backup/", "abfss://backup@shop.dfs.core.windows.net/orders/", "/Volumes/shop/ops/backup"]
)
def test_a_backup_lies_in_a_folder_or_a_container(place: str) -> None:
    backup = Settings.from_env({"ORDERS_BACKUP": place, "ORDERS_ROADS": "both"}).backup

    assert (backup.need_place(), backup.takes_hub, backup.takes_files, backup.days) == (place.rstrip("/"), True, True, 400)


def test_a_road_over_a_backup_that_is_not_named_is_refused() -> None:
    assert _refusal({"ORDERS_ROADS": "backup"}) == "ORDERS_ROADS is backup, but ORDERS_BACKUP names no backup"


@pytest.mark.parametrize("name", ["ORDERS_JOB", "ORDERS_CONTINUOUS_JOB"])
@pytest.mark.parametrize("text", ["seven", "7.0", "-7", "orders_pass"])
def test_a_job_that_is_no_number_is_refused(name: str, text: str) -> None:
    assert _refusal({name: text}) == f"{name} is no job's number"


@pytest.mark.parametrize("cluster", ["0123-456789-abcdefgh", '{"num_workers": 1}'])
def test_a_job_has_its_own_cluster(cluster: str) -> None:
    assert _refusal({"ORDERS_JOB": "7", "ORDERS_CLUSTER": cluster}) == "ORDERS_JOB and ORDERS_CLUSTER exclude each other"


@pytest.mark.parametrize(
    "env",
    [
        {"ORDERS_HUB_NAME": "orders"},
        {"ORDERS_HUB_CONNECTION": CONNECTION},
        {"ORDERS_HUB_NAMESPACE": "shop.servicebus.windows.net"},
        {"ORDERS_HUB_NAME": "orders", "ORDERS_HUB_CONNECTION": CONNECTION, "ORDERS_HUB_NAMESPACE": "shop"},
    ],
    ids=["a name alone", "a connection without a name", "a namespace without a name", "two ways"],
)
def test_half_a_hub_or_two_are_refused(env: dict[str, str]) -> None:
    assert _refusal(env) == HUB_HALVES


def test_a_hub_of_azure_has_its_kafka_endpoint_at_its_own_host() -> None:
    hub = Settings.from_env({"ORDERS_HUB_NAME": "orders", "ORDERS_HUB_CONNECTION": CONNECTION}).need_hub()

    assert hub.kafka == "shop.servicebus.windows.net:9093"
    assert not hub.is_emulator


def test_a_hub_is_one_hub_however_its_name_is_typed() -> None:
    typed = {"ORDERS_HUB_NAME": "Orders", "ORDERS_HUB_CONNECTION": CONNECTION}

    assert Settings.from_env(typed).need_hub().name == "orders"


def test_no_secret_is_among_what_a_cluster_is_told() -> None:
    """A job's parameters are read by anyone who may see the job."""
    env = {"ORDERS_HUB_NAME": "orders", "ORDERS_HUB_CONNECTION": CONNECTION, "ORDERS_TIMEZONE": "", "DATABRICKS_TOKEN": "secret"}

    assert Settings.public(env) == {"ORDERS_HUB_NAME": "orders"}


def test_what_is_needed_and_missing_is_named() -> None:
    settings = Settings.from_env({})

    with pytest.raises(SettingsError, match="set ORDERS_HUB_NAME"):
        settings.need_hub()
    with pytest.raises(SettingsError, match="set ORDERS_MESSAGES"):
        settings.job.need_messages()


def _told_by_the_bundle(target: str) -> dict[str, str]:
    parameters = resolved(target, **GIVEN)["resources"]["jobs"]["orders_pass"]["parameters"]
    told: dict[str, str] = json.loads(next(each["default"] for each in parameters if each["name"] == "settings"))
    return told


def _refusal(env: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(env)
    return str(refusal.value)
