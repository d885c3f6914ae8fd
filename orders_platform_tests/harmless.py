"""Bodies that are odd and break no rule: what silver must not set aside."""

import json

from orders_platform_tests.builders import a_cancellation, an_event, body, changed, with_data, without


def harmless_corpus() -> list[tuple[str, bytes]]:
    """Odd bodies that break no rule: they must not be set aside."""
    event = an_event("odd")
    return [
        ("unknown fields", body(changed(with_data(event, gift=True, notes_2={"a": [1.5, None]}), traceparent="00-1"))),
        ("unknown number of 400 digits", body(event).replace(b'"data"', b'"extra":1' + b"0" * 400 + b',"data"')),
        ("white space all round", b" \r\n\t" + json.dumps(event, indent=2).encode() + b"\n"),
        ("no optional field", body(without(event, "customer_ref", "cancels_order_id"))),
        ("unknown status", body(an_event("odd", status="teleported"))),
        ("offset of three hours", body(an_event("odd", placed_at="2019-02-01T23:30:00-03:00"))),
        (
            "nine digits of a second",
            body(an_event("odd", placed_at="2019-02-01T10:00:00.123456789Z", occurred_at="2019-02-02T00:00:00Z")),
        ),
        ("escaped text that is no plain letter", json.dumps(an_event("odd", country="Réunion \u2028 \U0001f600")).encode()),
        ("personal word in a value", body(an_event("odd", country='"email": me'))),
        ("a gift", body(an_event("odd", lines=[("MUG", 0, 1)]))),
        ("two equal lines", body(an_event("odd", lines=[("MUG", 500, 1), ("MUG", 500, 1)]))),
        ("1,111 lines", body(an_event("odd", lines=[("MUG", 500, 1)] * 1111))),
        ("cancels a named order", body(a_cancellation("odd", cancels="o1"))),
        ("64 characters", body(an_event("o" * 64))),
        ("nested to 500", body(event).replace(b'"data"', b'"deep":' + b"[" * 499 + b"]" * 499 + b',"data"')),
        ("objects nested to 500", body(event).replace(b'"data"', b'"deep":' + b'{"a":' * 499 + b"1" + b"}" * 499 + b',"data"')),
        ("brackets in a text", body(an_event("odd", country="[{" * 400 + '"\\'))),
        ("unknown number of 1,000 digits", body(event).replace(b'"data"', b'"extra":-' + b"1" * 1000 + b',"data"')),
        ("a pair, escaped", json.dumps(an_event("odd", country="\U0001f600")).replace("\\ud", "\\uD").encode()),
        ("control characters in a text", body(an_event("odd", country="\x00\x1b[31m\x7f\x85"))),
        ("a blank within an order id", body(an_event("o 1"))),
        ("an order id with an accent", body(an_event("pedido-ção-1"))),
        ("keys with accents, in other alphabets", body(with_data(event, descrição="x", número=1, имя="x", ご住所="x"))),
        ("keys with accents, escaped", json.dumps(with_data(event, descrição="x")).encode()),
        ("the first moment there is", body(an_event("odd", placed_at="1999-12-31T21:00:00-03:00"))),
        ("the last moment there is", body(an_event("odd", placed_at="2100-01-01T02:59:59.999999+03:00"))),
        (
            "the largest offsets",
            body(changed(an_event("odd", placed_at="2019-02-01T10:00:00+18:00"), time="2019-02-01T10:00:00-18:00")),
        ),
        ("minus no offset", body(an_event("odd", placed_at="2019-02-01T10:00:00-00:00"))),
    ]
