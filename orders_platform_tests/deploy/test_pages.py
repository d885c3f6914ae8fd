"""What the bundle gives people to look at: the control room as an app, a dashboard whose queries hold over gold."""

import json
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest
from databricks.bundles.apps import App
from databricks.bundles.dashboards import Dashboard
from deltalake import DeltaTable

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.settings import Settings
from orders_platform_tests.deploy.bundle import FILE, GIVEN, read, resolved
from orders_platform_tests.serving.shop import a_lake

TARGETS = sorted(read()["targets"])
DASHBOARD: dict[str, Any] = json.loads((FILE.parent / "sales.lvdash.json").read_text())


@pytest.mark.parametrize("target", TARGETS)
def test_the_app_is_one_that_databricks_understands_and_its_settings_hold(target: str) -> None:
    described = resolved(target, **GIVEN)["resources"]["apps"]["control_room"]

    app: Any = App.from_dict(described).as_dict()

    told = {each["name"]: each.get("value", "from the resource") for each in app["config"]["env"]}
    settings = Settings.from_env(told)
    assert (settings.lake, settings.environment, settings.warehouse) == (f"orders_{target}", target, "from the resource")
    assert app["resources"][0]["sql_warehouse"] == {"id": GIVEN["warehouse"], "permission": "CAN_USE"}
    assert app["config"]["env"][-1]["value_from"] == app["resources"][0]["name"]
    assert app["config"]["command"] == ["python", "-m", "orders_platform.serving.app"]


def test_the_apps_requirements_name_the_wheel_that_is_built() -> None:
    project = tomllib.loads((FILE.parents[1] / "pyproject.toml").read_text())["project"]
    folder = (FILE.parent / resolved("dev", **GIVEN)["resources"]["apps"]["control_room"]["source_code_path"]).resolve()

    asked = (folder / "requirements.txt").read_text().splitlines()[-1]

    assert asked == f"./{project['name']}-{project['version']}-py3-none-any.whl[room]"
    assert read()["artifacts"]["room"]["build"].endswith(f"--wheel-dir {folder.relative_to(FILE.parents[1])} .")


@pytest.mark.parametrize("target", TARGETS)
def test_the_dashboard_is_one_that_databricks_understands(target: str) -> None:
    described: Any = Dashboard.from_dict(resolved(target, **GIVEN)["resources"]["dashboards"]["sales"]).as_dict()

    assert described["dataset_catalog"] == f"orders_{target}"
    assert (FILE.parent / described["file_path"]).resolve() == (FILE.parent / "sales.lvdash.json").resolve()


def test_every_query_of_the_dashboard_runs_over_gold_and_gives_what_its_charts_show(tmp_path: Path) -> None:
    lake = a_lake(tmp_path)
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA gold")
        for table in TABLES:
            if table.layer == "gold":
                connection.register(table.name, DeltaTable(lake / "gold" / table.name).to_pyarrow_dataset())
        columns = {each["name"]: _columns(connection, "".join(each["queryLines"])) for each in DASHBOARD["datasets"]}

    for widget in (each["widget"] for each in DASHBOARD["pages"][0]["layout"]):
        [asked] = widget["queries"]
        names = {field["expression"].split("`")[1] for field in asked["query"]["fields"]}
        assert names <= columns[asked["query"]["datasetName"]], widget["name"]


def test_money_of_the_dashboard_stands_by_its_currency() -> None:
    """Nothing that shows money leaves it out."""
    for widget in (each["widget"] for each in DASHBOARD["pages"][0]["layout"]):
        names = {field["expression"].split("`")[1] for field in widget["queries"][0]["query"]["fields"]}
        assert "currency" in names or not names & {"gross", "cancelled", "net"}, widget["name"]


def _columns(connection: duckdb.DuckDBPyConnection, text: str) -> set[str]:
    answer = connection.execute(text.replace("gold.", ""))
    assert answer.fetchall()
    return {column[0] for column in answer.description or ()}
