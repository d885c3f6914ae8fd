"""What may happen to an order, asked over the wire; and what the outbox tells of it."""

import json
from typing import Any

import psycopg
import pytest
from psycopg.rows import DictRow

from orders_platform.contracts.event import parse
from orders_platform.contracts.judging import broken_rules
from orders_platform_tests.squad.service.served import Shop, a_line, an_order

pytestmark = pytest.mark.integration
Database = psycopg.Connection[DictRow]


def events(database: Database) -> list[dict[str, Any]]:
    """Bodies of the outbox, oldest first; each as the contract wants it."""
    bodies = [row["body"] for row in database.execute("select body from outbox order by id")]
    assert [broken_rules(body) for body in bodies] == [()] * len(bodies)
    return [json.loads(body)["data"] for body in bodies]


def test_a_placed_order_is_there_with_its_event(shop: Shop, database: Database) -> None:
    placed = shop.placed(a_line(quantity=3, unit_price_minor=100), a_line(product_no="2", quantity=1, unit_price_minor=50))

    assert shop.get(f"/orders/{placed['order_id']}").json() == placed
    assert (placed["version"], placed["status"], placed["total_minor"]) == (1, "placed", 350)
    [event] = events(database)
    assert (event["order_id"], event["order_version"], event["total_minor"]) == (placed["order_id"], 1, 350)


def test_each_change_is_a_version_that_tells_the_whole_order(shop: Shop, database: Database) -> None:
    order_id = shop.placed()["order_id"]

    shop.patch(f"/orders/{order_id}", {"lines": [a_line(quantity=9)]}, version=1)
    shop.post(f"/orders/{order_id}/pay")
    shop.post(f"/orders/{order_id}/ship")

    told = [(event["order_version"], event["status"], event["lines"][0]["quantity"]) for event in events(database)]
    assert told == [(1, "placed", 2), (2, "placed", 9), (3, "paid", 9), (4, "shipped", 9)]


def test_a_part_is_cancelled_by_a_document_of_its_own(shop: Shop, database: Database) -> None:
    order_id = shop.placed(a_line(quantity=5), a_line(product_no="2", quantity=1))["order_id"]

    answer = shop.post(f"/orders/{order_id}/cancel", {"lines": [{"line_no": 1, "quantity": 2}]}).json()

    assert answer["order"]["version"] == 1
    cancellation = answer["cancellation"]
    assert (cancellation["kind"], cancellation["cancels_order_id"]) == ("cancellation", order_id)
    assert [(line["line_no"], line["quantity"]) for line in cancellation["lines"]] == [(1, -2)]
    assert [event["kind"] for event in events(database)] == ["sale", "cancellation"]


def test_the_last_units_end_the_order(shop: Shop) -> None:
    order_id = shop.placed(a_line(quantity=5), a_line(product_no="2", quantity=1))["order_id"]
    shop.post(f"/orders/{order_id}/cancel", {"lines": [{"line_no": 1, "quantity": 2}]})

    answer = shop.post(f"/orders/{order_id}/cancel").json()

    assert [(line["line_no"], line["quantity"]) for line in answer["cancellation"]["lines"]] == [(1, -3), (2, -1)]
    assert (answer["order"]["status"], answer["order"]["version"]) == ("cancelled", 2)
    assert shop.post(f"/orders/{order_id}/cancel").status_code == 409


@pytest.mark.parametrize(("line_no", "quantity"), [(1, 3), (2, 1)])
def test_more_than_is_left_cannot_be_cancelled(shop: Shop, database: Database, line_no: int, quantity: int) -> None:
    order_id = shop.placed(a_line(quantity=2))["order_id"]

    answer = shop.post(f"/orders/{order_id}/cancel", {"lines": [{"line_no": line_no, "quantity": quantity}]})

    assert answer.status_code == 422
    assert "units left" in answer.json()["detail"]
    assert len(events(database)) == 1


@pytest.mark.parametrize("steps", [("ship",), ("pay", "pay"), ("pay", "ship", "ship"), ("cancel", "pay"), ("pay", "ship", "pay")])
def test_a_step_out_of_turn_is_refused_and_leaves_nothing(shop: Shop, database: Database, steps: tuple[str, ...]) -> None:
    order_id = shop.placed()["order_id"]
    for step in steps[:-1]:
        assert shop.post(f"/orders/{order_id}/{step}").ok
    before = len(events(database))

    answer = shop.post(f"/orders/{order_id}/{steps[-1]}")

    assert answer.status_code == 409
    assert len(events(database)) == before


def test_an_order_that_was_changed_meanwhile_is_not_overwritten(shop: Shop) -> None:
    order_id = shop.placed()["order_id"]
    assert shop.patch(f"/orders/{order_id}", {"lines": [a_line(quantity=3)]}, version=1).ok

    assert shop.patch(f"/orders/{order_id}", {"lines": [a_line(quantity=4)]}, version=1).status_code == 412
    assert shop.call("PATCH", f"/orders/{order_id}", {"lines": [a_line()]}).status_code == 428


@pytest.mark.parametrize("tag", ['W/"1"', '"1-gzip"', '"1--gzip"', '"7", W/"1"'])
def test_a_version_is_known_though_a_proxy_has_changed_its_etag(shop: Shop, tag: str) -> None:
    """As nginx, Apache and Jetty do when they compress: the caller hands back what it was given."""
    order_id = shop.placed()["order_id"]

    first = shop.call("PATCH", f"/orders/{order_id}", {"lines": [a_line(quantity=3)]}, if_match=tag)
    late = shop.call("PATCH", f"/orders/{order_id}", {"lines": [a_line(quantity=4)]}, if_match=tag)

    assert (first.status_code, late.status_code) == (200, 412)


@pytest.mark.parametrize("tag", ["*", "1", '"one"', '"1", *', "W/1"])
def test_what_names_no_version_changes_nothing_and_is_told_what_does(shop: Shop, tag: str) -> None:
    order_id = shop.placed()["order_id"]

    answer = shop.call("PATCH", f"/orders/{order_id}", {"lines": [a_line(quantity=3)]}, if_match=tag)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith('header.If-Match: is no version that was read, like "1", the ETag of the order')
    assert shop.get(f"/orders/{order_id}").json()["version"] == 1


def test_a_cancelled_order_is_not_amended(shop: Shop) -> None:
    order_id = shop.placed(a_line(quantity=5))["order_id"]
    shop.post(f"/orders/{order_id}/cancel", {"lines": [{"line_no": 1, "quantity": 1}]})

    assert shop.patch(f"/orders/{order_id}", {"lines": [a_line()]}, version=1).status_code == 409


def test_a_customer_has_one_pseudonym_and_no_event_has_the_number(shop: Shop, database: Database) -> None:
    refs = {shop.placed(customer_id="ana.souza@shop.example")["customer_ref"] for _ in range(3)}
    other = shop.placed(customer_id="18055")["customer_ref"]

    assert len(refs) == 1
    assert other not in refs
    assert "ana.souza" not in json.dumps(events(database))
    assert shop.placed(customer_id=None)["customer_ref"] is None


def test_an_old_document_keeps_its_id_and_its_time(shop: Shop, database: Database) -> None:
    old = an_order(a_line(quantity=-2), order_id="C581490", kind="cancellation", placed_at="2018-12-01T08:30:00Z")

    assert shop.post("/imports", old).status_code == 201

    [event] = events(database)
    assert (event["order_id"], event["placed_at"], event["cancels_order_id"]) == ("C581490", "2018-12-01T08:30:00Z", None)
    assert shop.post("/imports", old).status_code == 409


def test_changes_are_found_by_time_page_by_page(shop: Shop) -> None:
    ids = [shop.placed()["order_id"] for _ in range(5)]
    shop.post(f"/orders/{ids[0]}/pay")

    seen, page = [], shop.get("/orders", updated_since="2026-01-01T00:00:00Z", limit="2").json()
    while page:
        seen += [order["order_id"] for order in page["orders"]]
        page = shop.get(page["next"]).json() if page["next"] else None

    assert seen == [*ids[1:], ids[0]]


def test_a_page_of_large_orders_ends_before_its_limit_and_none_is_left_out(shop: Shop) -> None:
    lines = [a_line(product_name="x" * 200)] * 2_000
    ids = [shop.placed(*lines)["order_id"] for _ in range(12)]

    first = shop.get("/orders", updated_since="2026-01-01T00:00:00Z").json()
    second = shop.get(first["next"]).json()

    assert 0 < len(first["orders"]) < 12
    assert [order["order_id"] for order in (*first["orders"], *second["orders"])] == ids


def test_totals_by_day_are_those_of_the_orders_as_they_stand(shop: Shop) -> None:
    for number, line in (("1", a_line(quantity=2, unit_price_minor=100)), ("2", a_line(quantity=1, unit_price_minor=50))):
        shop.post("/imports", an_order(line, order_id=number, kind="sale", placed_at="2018-12-01T23:59:59Z"))
    taken = an_order(a_line(quantity=-1, unit_price_minor=40), order_id="C3", kind="cancellation")
    shop.post("/imports", taken | {"placed_at": "2018-12-02T00:00:00Z"})
    shop.patch("/orders/2", {"lines": [a_line(quantity=2, unit_price_minor=50)]}, version=1)

    told = shop.get("/reconciliation", **{"from": "2018-12-01", "to": "2018-12-31"}).json()

    figures = ("day", "orders", "cancellations", "gross_minor", "cancelled_minor", "net_minor")
    assert [tuple(day[name] for name in figures) for day in told["days"]] == [
        ("2018-12-01", 2, 0, 300, 0, 300),
        ("2018-12-02", 0, 1, 0, 40, -40),
    ]


def test_an_event_reads_back_as_its_order(shop: Shop, database: Database) -> None:
    placed = shop.placed(a_line(product_name="Caneca “São João” \\ 1"))

    [row] = database.execute("select body, event_id::text from outbox")
    event = parse(row["body"])

    assert (event.id, event.order.order_id) == (row["event_id"], placed["order_id"])
    assert event.order.lines[0].product_name == "Caneca “São João” \\ 1"
