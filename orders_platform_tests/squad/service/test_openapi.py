"""Requests made up from the API's own OpenAPI: none may fail inside, and answers are what the document says."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from orders_platform.settings import Settings
from orders_platform.squad.service.app import api
from orders_platform_tests.squad.service.issuing import Tokens
from orders_platform_tests.squad.service.served import Shop, an_order

pytestmark = pytest.mark.integration
DOCUMENT = api(Settings.from_env({"ORDERS_DATABASE_URL": "postgresql:///orders"})).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@SCHEMA.parametrize()
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_breaks_the_service(case: Any, guarded_url: str, tokens: Tokens) -> None:
    # rules between fields, and what an order's state allows, have no words in a schema: a right form may be refused
    case.call_and_validate(
        base_url=guarded_url, headers={"Authorization": f"Bearer {tokens.token()}"}, excluded_checks=[positive_data_acceptance]
    )


def test_every_writing_call_names_its_key_and_shows_an_example() -> None:
    for path, calls in DOCUMENT["paths"].items():
        for method, call in calls.items():
            if method != "get":
                assert "Idempotency-Key" in {given["name"] for given in call["parameters"]}, path
    assert "examples" in DOCUMENT["components"]["schemas"]["NewLine"]["properties"]["product_no"]


def test_the_examples_make_an_order(shop: Shop) -> None:
    line = {name: field["examples"][0] for name, field in DOCUMENT["components"]["schemas"]["NewLine"]["properties"].items()}

    assert shop.post("/orders", an_order(line)).status_code == 201
