"""A schema may follow another only where readers of either take events of both."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from orders_platform.contracts.commands import contract
from orders_platform.contracts.compatibility import compatible
from orders_platform.contracts.published import ContractError, good_examples, schema_text

Schema = dict[str, Any]
EXAMPLES = {name: json.loads(body) for name, body in good_examples().items()}


def changed(change: Callable[[Schema], Any]) -> Schema:
    schema: Schema = json.loads(schema_text())
    change(schema)
    return schema


def data(schema: Schema) -> Schema:
    found: Schema = schema["properties"]["data"]
    return found


ALLOWED: dict[str, Callable[[Schema], Any]] = {
    "nothing": lambda schema: None,
    "optional field": lambda schema: data(schema)["properties"].update(voucher={"type": "string"}),
    "optional field of a line": lambda schema: schema["$defs"]["line"]["properties"].update(weight={"type": "integer"}),
    "description": lambda schema: data(schema)["properties"]["country"].update(description="another"),
}
FORBIDDEN: dict[str, tuple[Callable[[Schema], Any], str]] = {
    "required": (lambda schema: data(schema)["required"].append("channel"), "event.data.channel: became required"),
    "not required": (lambda schema: data(schema)["required"].remove("status"), "event.data.status: is no longer required"),
    "removed": (lambda schema: data(schema)["properties"].pop("country"), "event.data.country: was removed"),
    "type": (lambda schema: data(schema)["properties"]["country"].update(type="integer"), "event.data.country: the type changed"),
    "null": (
        lambda schema: data(schema)["properties"]["country"].update(type=["string", "null"]),
        "event.data.country: the type",
    ),
    "enum": (lambda schema: data(schema)["properties"]["kind"]["enum"].append("gift"), "event.data.kind: enum changed"),
    "limit": (
        lambda schema: schema["$defs"]["line"]["properties"]["line_no"].update(maximum=99),
        "lines[].line_no: maximum changed",
    ),
    "closed": (lambda schema: data(schema).update(additionalProperties=False), "event.data: additionalProperties changed"),
    "reference": (lambda schema: schema["$defs"]["order_id"].update(maxLength=10), "event.data.order_id: maxLength changed"),
    "condition": (lambda schema: data(schema).pop("allOf"), "event.data: allOf changed"),
    "by example": (
        lambda schema: data(schema)["properties"].update(channel={"type": "integer"}),
        "example sale_with_later_fields",
    ),
}


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_additions_are_allowed(change: Callable[[Schema], Any]) -> None:
    assert compatible(json.loads(schema_text()), changed(change), EXAMPLES) == []


@pytest.mark.parametrize(("change", "fault"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_breaking_changes_are_named_both_ways(change: Callable[[Schema], Any], fault: str) -> None:
    old = json.loads(schema_text())
    there, back = compatible(old, changed(change), EXAMPLES), compatible(changed(change), old, EXAMPLES)

    assert any(fault in each for each in there)
    assert back or "was removed" in fault  # to add it is fine


def test_examples_under_the_new_schema_must_pass_the_old_one() -> None:
    from_later = copy.deepcopy(EXAMPLES["sale_placed"]) | {"type": "orders.order-changed.v2"}
    new = changed(lambda schema: schema["properties"]["type"].update({"const": "orders.order-changed.v2"}))

    faults = compatible(json.loads(schema_text()), new, {"later": from_later})

    assert any("the old schema refuses what the new one takes" in fault for fault in faults)


def test_schema_is_refused_when_its_references_lead_nowhere() -> None:
    with pytest.raises(ContractError, match="refers to #/nowhere"):
        compatible(json.loads(schema_text()), {"$ref": "#/nowhere"}, {})


@pytest.mark.parametrize(("content", "says"), [("{", "is no JSON"), ("[]", "must be a JSON object"), ('{"type": 5}', "2020-12")])
def test_check_says_what_is_wrong_when_a_file_is_no_schema(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "new.json").write_text(content)
    (tmp_path / "old.json").write_text(schema_text())

    result = CliRunner().invoke(contract, ["check", str(tmp_path / "old.json"), str(tmp_path / "new.json")])

    assert result.exit_code == 2
    assert says in result.stderr


def test_check_ends_with_1_and_the_faults_when_a_change_breaks(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(schema_text())
    (tmp_path / "new.json").write_text(json.dumps(changed(FORBIDDEN["required"][0])))

    result = CliRunner().invoke(contract, ["check", str(tmp_path / "old.json"), str(tmp_path / "new.json"), "--json"])
    same = CliRunner().invoke(contract, ["check", str(tmp_path / "old.json"), str(tmp_path / "old.json"), "--json"])

    assert (result.exit_code, same.exit_code) == (1, 0)
    assert any("channel" in fault for fault in json.loads(result.stdout)["faults"])
    assert json.loads(same.stdout) == {"compatible": True, "faults": []}


def test_show_prints_the_schema_or_an_example() -> None:
    schema = CliRunner().invoke(contract, ["show", "--json"]).stdout
    example = CliRunner().invoke(contract, ["show", "--example"]).stdout

    assert json.loads(schema) == json.loads(schema_text())
    assert json.loads(example)["type"] == "orders.order-changed.v1"
