"""Azure's rule that tells when the alerts are silent: it asks what is served, and everything that it names is there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from orders_platform.alerts.serving import PATH
from orders_platform_tests.docs.markdown import Markdown

FILE = Path(__file__).parents[2] / "deploy" / "heartbeat.json"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text())
    return read


def of_kind(template: dict[str, Any], kind: str) -> dict[str, Any]:
    [found] = [one for one in template["resources"] if one["type"] == kind]
    properties: dict[str, Any] = found["properties"]
    return properties


def test_it_asks_the_heartbeats_own_path_and_expects_its_good_status(template: dict[str, Any]) -> None:
    test = of_kind(template, "Microsoft.Insights/webtests")

    assert template["variables"]["url"] == f"[concat('https://', parameters('host'), '{PATH}')]"
    assert test["Request"]["RequestUrl"] == "[variables('url')]"
    assert test["ValidationRules"]["ExpectedHttpStatusCode"] == 200
    # what Azure allows
    assert test["Frequency"] in {300, 600, 900}
    assert len(test["Locations"]) >= 5


def test_the_rule_alarms_by_that_test_and_tells_somebody(template: dict[str, Any]) -> None:
    rule = of_kind(template, "Microsoft.Insights/metricAlerts")

    assert rule["enabled"]
    assert rule["criteria"]["webTestId"] == "[variables('test')]"
    assert rule["criteria"]["failedLocationCount"] < 5
    assert "parameters('actionGroup')" in rule["actions"][0]["actionGroupId"]


@pytest.mark.parametrize("kind", ["parameters", "variables"])
def test_whatever_is_used_is_declared_and_whatever_is_declared_is_used(template: dict[str, Any], kind: str) -> None:
    used = set(re.findall(rf"{kind}\('(\w+)'\)", json.dumps(template)))

    assert used == set(template[kind])


def test_the_page_that_it_names_has_its_section(template: dict[str, Any]) -> None:
    page, _, heading = re.findall(r"See (\S+?)(#)(\w+)", of_kind(template, "Microsoft.Insights/metricAlerts")["description"])[0]

    assert f'<a id="{heading}"></a>' in Markdown.read(page).text
