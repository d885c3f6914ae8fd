"""The wheel as a cluster gets it: with the base dependencies alone, in an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orders_platform.lakehouse.session import local_config
from orders_platform.lakehouse.work import Work, as_words
from orders_platform.orchestration.databricks.runner import as_seen_now
from orders_platform.settings import Settings
from orders_platform_tests.deploy.installed import installed, packages_in
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.oracle.lake import rows

pytestmark = pytest.mark.integration
# what a Databricks runtime brings along
OF_THE_RUNTIME = ("pyspark", "py4j", "delta", "importlib_metadata", "zipp")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the base dependencies."""
    return installed(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_brings_one_package_along(environment: Path) -> None:
    """What runs on a cluster stays thin."""
    assert packages_in(environment) == {"orders_platform", "dagster_pipes"}


def test_the_entry_point_explains_itself_and_says_that_it_needs_spark(environment: Path) -> None:
    told, refused = _asked(environment, {}, "--help"), _asked(environment, {})

    assert told.returncode == 0
    assert "--tables" in told.stdout
    assert refused.returncode != 0
    assert "there is no Spark here: run this as a job on a Databricks cluster" in refused.stderr


@pytest.mark.spark
@pytest.mark.long
def test_with_a_runtimes_own_spark_it_fills_a_table_and_needs_no_sdk(environment: Path, tmp_path: Path) -> None:
    """Spark and Delta are there and set up, as on a cluster; the hub's generation and tails are parameters."""
    with Shop(tmp_path / "shop").open() as shop:
        shop.sells(3)
        assert shop.server
        hub = shop.server.server.client_settings() | {"ORDERS_LAKE": str(tmp_path / "lake")}
        seen = as_seen_now(Work(), Settings.from_env(hub))
        work = Work(tables=("bronze.order_events",), generation=seen.generation, tails=seen.tails)

        done = _asked(environment, hub | _runtime(tmp_path), *as_words(work.parameters()))

    assert done.returncode == 0, done.stderr
    assert "bronze.order_events: 3 rows in, 3 written" in done.stdout
    assert len(rows(tmp_path / "lake", "bronze.order_events")) == 3


def _asked(environment: Path, variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    entry = environment / "bin" / "orders-pass"
    return subprocess.run([entry, *words], env=variables, capture_output=True, text=True, check=False)


def _runtime(folder: Path) -> dict[str, str]:
    """An environment in which `SparkSession.builder.getOrCreate()` has Delta, and nothing else of ours is found."""
    packages = folder / "runtime"
    packages.mkdir()
    for name in OF_THE_RUNTIME:
        found = next((entry / name for entry in map(Path, sys.path) if (entry / name).is_dir()), None)
        if found is not None:
            (packages / name).symlink_to(found)
    (folder / "conf").mkdir()
    settings = local_config().items()
    (folder / "conf" / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings))
    here = {name: os.environ[name] for name in ("JAVA_HOME", "PATH")}
    return here | {"PYTHONPATH": str(packages), "SPARK_CONF_DIR": str(folder / "conf"), "HOME": str(folder)}
