"""The Container Apps of the guide: no secret in them, each setting is one that is read, each command one that is taken."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orders_platform.settings import Settings
from orders_platform_tests.deploy.test_dagster_yaml import ENVIRONMENT
from orders_platform_tests.docs.command_line import is_taken
from orders_platform_tests.docs.markdown import ROOT, Markdown

FOLDER = ROOT / "deploy" / "apps"
NAMES = sorted(path.name for path in FOLDER.glob("*.yaml"))
EACH = pytest.mark.parametrize("name", NAMES)
GUIDE = Markdown.read("docs/en/azure.md").text
PLACEHOLDER = re.compile(r"\$([A-Z_]+)")
# of SDKs, by their own names
FOREIGN = {
    "AZURE_CLIENT_ID",
    "DATABRICKS_HOST",
    "DATABRICKS_CLIENT_ID",
    "DATABRICKS_CLIENT_SECRET",
    "DATABRICKS_WAREHOUSE_ID",
}


def properties(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())["properties"]
    return read


def containers(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties(name)["template"]["containers"]
    return found


def settings_of(container: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry.get("value", "postgresql://u:p@host/db") for entry in container["env"]}


@EACH
def test_the_guide_fills_in_every_placeholder_and_deploys_every_app(name: str) -> None:
    asked = set(PLACEHOLDER.findall((FOLDER / name).read_text()))

    assert {word for word in asked if f" {word}=" not in GUIDE} == set()
    assert f"envsubst < deploy/apps/{name}" in GUIDE


@EACH
def test_every_secret_comes_from_the_vault_and_the_guide_puts_it_there(name: str) -> None:
    secrets = {one["name"]: one["keyVaultUrl"].rpartition("/")[2] for one in properties(name)["configuration"]["secrets"]}
    asked = {entry["secretRef"] for container in containers(name) for entry in container["env"] if "secretRef" in entry}

    assert asked == set(secrets)
    assert [secret for secret in secrets.values() if f"--name {secret} --value" not in GUIDE] == []


@EACH
def test_every_command_of_ours_is_taken(name: str) -> None:
    commands = [" ".join(container["command"]) for container in containers(name)]

    assert [command for command in commands if command.startswith("orders-platform") and not is_taken(command)] == []


@EACH
def test_every_setting_is_one_that_somebody_reads_and_none_is_wrong(name: str) -> None:
    known = set(re.findall(r"\bORDERS_[A-Z_]+\b", Markdown.read("docs/en/settings.md").text)) | FOREIGN | set(ENVIRONMENT)

    for container in containers(name):
        given = settings_of(container)
        assert set(given) - known == set()
        filled = {key: value for key, value in given.items() if not value.startswith("$")}
        assert Settings.from_env(filled | _stand_ins(given)).environment == "prod"


def test_dagsters_parts_meet_at_one_port_and_there_is_one_of_each() -> None:
    code, pages, daemon = (container["command"] for container in containers("dagster.yaml"))

    assert properties("dagster.yaml")["template"]["scale"] == {"minReplicas": 1, "maxReplicas": 1}
    assert code[-1] == pages[-1] == daemon[-1] == "4000"
    assert (code[:3], pages[0], daemon[:2]) == (
        ["dagster", "code-server", "start"],
        "dagster-webserver",
        ["dagster-daemon", "run"],
    )


def test_the_heartbeat_reads_the_looks_where_dagster_notes_them() -> None:
    """With a store of its own it would find none, and alarm for ever."""
    [heartbeat], [code, *_] = containers("heartbeat.yaml"), containers("dagster.yaml")

    shared = {"ORDERS_ALERT_DATABASE_URL", *ENVIRONMENT} & {entry["name"] for entry in code["env"]}
    assert "ORDERS_ALERT_DATABASE_URL" in shared
    assert [entry for entry in code["env"] if entry["name"] in shared and entry not in heartbeat["env"]] == []


def test_all_who_make_days_make_them_in_one_zone() -> None:
    zones = {
        zone
        for name in ("dagster.yaml", "squad.yaml")
        for one in containers(name)
        for zone in [settings_of(one)["ORDERS_TIMEZONE"]]
    }

    assert zones == {"$ZONE"}
    assert "BUNDLE_VAR_timezone=$ZONE" in GUIDE


@EACH
def test_cpu_and_memory_are_a_pair_that_container_apps_has(name: str) -> None:
    """In the consumption profile: two GiB a core, four cores at most."""
    asked = [container["resources"] for container in containers(name)]

    cores, memory = sum(one["cpu"] for one in asked), sum(float(one["memory"].removesuffix("Gi")) for one in asked)
    assert memory == 2 * cores
    assert cores <= 4


def test_the_image_takes_files_and_extras_that_there_are() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]

    assert [name for name in copied if not Path(ROOT, name).exists()] == []
    extras = re.findall(r"EXTRA=(\w+) \.", GUIDE)
    assert extras == ["squad", "orchestration"]
    assert [extra for extra in extras if f"\n{extra} = [" not in (ROOT / "pyproject.toml").read_text()] == []


def _stand_ins(given: dict[str, str]) -> dict[str, str]:
    """What the guide would fill in."""
    known = {"ORDERS_HUB_NAMESPACE": "shop.servicebus.windows.net", "ORDERS_JOB": "7", "ORDERS_ALERT_URLS": "json://host"}
    known |= {"ORDERS_API_ISSUER": "https://issuer", "ORDERS_API_AUDIENCE": "orders", "ORDERS_API_URL": "https://api"}
    return {name: value for name, value in known.items() if name in given}
