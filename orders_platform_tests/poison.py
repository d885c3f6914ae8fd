"""Bodies that break a rule, one fault each: what the hub may carry, and silver must set aside without stopping."""

from typing import NamedTuple

from orders_platform_tests.builders import (
    Json,
    a_cancellation,
    a_line,
    an_event,
    body,
    changed,
    event_id,
    with_data,
    without,
)


class Poison(NamedTuple):
    """A bad body, and the rules that it breaks; None where each parser may find its own words."""

    name: str
    body: bytes | None
    reasons: frozenset[str] | None


def poison_corpus() -> list[Poison]:
    """Every kind of bad message that we know of."""
    return [
        *_broken_bytes(),
        *_told_apart_by_readers(),
        *_wrong_types(),
        *(
            Poison(name, body(event), frozenset(reasons.split()))
            for name, event, reasons in (*_envelopes(), *_orders(), *_order_ids(), *_dates(), *_lines())
        ),
        *_personal(),
        _too_big(),
    ]


def _broken_bytes() -> list[Poison]:
    whole = body(an_event("p"))
    bodies: dict[str, bytes | None] = {
        "null body": None,
        "empty body": b"",
        "white space": b"  \n",
        "not JSON": b"order 17 please",
        "XML": b"<order id='17'/>",
        "not UTF-8": whole.replace(b"United", b"Unit\xe9d"),
        "UTF-16": whole.decode().encode("utf-16"),
        "zero bytes": b"\x00" * 16,
        "gzip": b"\x1f\x8b\x08\x00" + bytes(12),
        "cut in the middle": whole[: len(whole) // 2],
        "two objects": whole + whole,
        "something after the object": whole + b"x",
        "an array of events": b"[" + whole + b"]",
        "a number": b"17",
        "the word null": b"null",
        "a text": b'"order"',
        "single quotes": whole.replace(b'"', b"'"),
        "a comma too many": whole[:-1] + b",}",
        "a comment": b"/* order */" + whole,
        "a raw line break in a text": whole.replace(b"United", b"Uni\nted"),
        "nested to 10,000": whole.replace(b'"data"', b'"deep":' + b"[" * 10_000 + b"]" * 10_000 + b',"data"'),
        "10,000 open brackets": b"[" * 10_000,
        "NaN in an unknown field": whole.replace(b'"data"', b'"extra":NaN,"data"'),
        "Infinity in an unknown field": whole.replace(b'"data"', b'"extra":-Infinity,"data"'),
    }
    return [Poison(name, bad, frozenset({"well_formed"})) for name, bad in bodies.items()]


def _told_apart_by_readers() -> list[Poison]:
    whole = body(an_event("p"))
    bodies = {
        "nested to 501": whole.replace(b'"data"', b'"deep":' + b"[" * 500 + b"]" * 500 + b',"data"'),
        # at 800 Spark would come to its end: working out a shape takes a stack frame or more for each level
        "objects nested to 990": whole.replace(b'"data"', b'"deep":' + b'{"a":' * 989 + b"1" + b"}" * 989 + b',"data"'),
        "lists and objects nested to 990": whole.replace(
            b'"data"', b'"deep":' + b'[{"a":' * 495 + b"1" + b"}]" * 495 + b',"data"'
        ),
        "number of 1,001 digits in an unknown field": whole.replace(b'"data"', b'"extra":' + b"1" * 1001 + b',"data"'),
        "fraction of 5,000 digits": whole.replace(b'"data"', b'"extra":0.' + b"1" * 5000 + b',"data"'),
        "half a pair, escaped": whole.replace(b"United Kingdom", b"\\ud800"),
        "half a pair, the other": whole.replace(b"United Kingdom", b"\\uDFFFx"),
        "halves in the wrong order": whole.replace(b"United Kingdom", b"\\ude00\\ud83d"),
        "half a pair in an order id": whole.replace(b'"p"', b'"\\ud800"'),
        "half a pair in a key": whole.replace(b'"data"', b'"\\ud800":1,"data"'),
        "half a pair as bytes": whole.replace(b"United", b"\xed\xa0\x80"),
        "a byte order mark": b"\xef\xbb\xbf" + whole,
        "a key twice, once escaped": whole.replace(b'"subject"', b'"extra":1,"\\u0065xtra":2,"subject"'),
    }
    return [Poison(name, bad, frozenset({"well_formed"})) for name, bad in bodies.items()]


def _wrong_types() -> list[Poison]:
    whole = body(an_event("p", lines=[("MUG", 500, 2)]))
    swaps = {
        "total NaN": (b'"total_minor":1000', b'"total_minor":NaN'),
        "total 10^400": (b'"total_minor":1000', b'"total_minor":1' + b"0" * 400),
        "total 1e400": (b'"total_minor":1000', b'"total_minor":1e400'),
        "total with a fraction": (b'"total_minor":1000', b'"total_minor":1000.0'),
        "total with an exponent": (b'"total_minor":1000', b'"total_minor":1e3'),
        "total as text": (b'"total_minor":1000', b'"total_minor":"1000"'),
        "total true": (b'"total_minor":1000', b'"total_minor":true'),
        "version beyond 64 bits": (b'"order_version":1', b'"order_version":9223372036854775808'),
        "line number beyond 32 bits": (b'"line_no":1', b'"line_no":2147483648'),
        "price with a fraction": (b'"unit_price_minor":500', b'"unit_price_minor":500.5'),
        "quantity as text": (b'"quantity":2', b'"quantity":"2"'),
        "order id as number": (b'"order_id":"p"', b'"order_id":17'),
        "country as object": (b'"country":"United Kingdom"', b'"country":{"code":"GB"}'),
        "country false": (b'"country":"United Kingdom"', b'"country":false'),
        "data as text": (b'"data":{', b'"data":"x","order":{'),
        "lines as object": (b'"lines":[{', b'"lines":{"a":1},"rest":[{'),
        "a line as number": (b'"lines":[{', b'"lines":[7,{'),
        "total twice": (b'"total_minor":1000', b'"total_minor":1,"total_minor":1000'),
        "id twice": (b'"subject"', b'"id":"another","subject"'),
        "data twice": (b'"data":{', b'"data":null,"data":{'),
        "unknown field twice": (b'"subject"', b'"extra":1,"extra":2,"subject"'),
        "quantity twice": (b'"quantity":2', b'"quantity":1,"quantity":2'),
    }
    return [Poison(name, _swapped(whole, *swap), frozenset({"well_formed"})) for name, swap in swaps.items()]


def _envelopes() -> list[tuple[str, Json, str]]:
    event = an_event("p")
    return [
        ("an empty object", {}, "known_type"),
        ("unknown type", changed(event, type="orders.order-changed.v2"), "known_type"),
        ("wrong source", changed(event, source="/billing"), "known_type"),
        ("wrong specversion", changed(event, specversion="0.3"), "known_type"),
        ("wrong id", changed(event, id=event_id("p", 2)), "id_matches"),
        ("id in capitals", changed(event, id=event["id"].upper()), "id_matches"),
        ("no id", changed(event, id=None), "schema_complete"),
        ("no data", changed(event, data=None), "schema_complete"),
        ("data in capitals", changed({**event, "DATA": event["data"]}, data=None), "schema_complete"),
        ("another subject", changed(event, subject="q"), "subject_matches"),
        ("another partition key", changed(event, partitionkey="q"), "subject_matches"),
        ("made in year 9999", changed(event, time="9999-12-31T23:59:59Z"), "dates_plausible"),
        ("made in year 10000 by UTC", changed(event, time="9999-12-31T23:59:59-14:00"), "dates_plausible"),
        ("made in year 0", changed(event, time="0000-06-01T00:00:00Z"), "dates_plausible"),
        ("made in year 0 by UTC", changed(event, time="0001-01-01T00:00:00+14:00"), "dates_plausible"),
        ("made in 2100 by UTC", changed(event, time="2099-12-31T23:00:00-01:00"), "dates_plausible"),
        ("time with a line break", changed(event, time="2019-02-01T10:00:00Z\n"), "dates_plausible"),
        ("time without offset", changed(event, time="2019-02-01T10:00:00"), "dates_plausible"),
        (
            "all wrong at once",
            with_data(changed(event, subject="q", id="x"), currency="XXX"),
            "subject_matches id_matches currency_iso",
        ),
    ]


def _orders() -> list[tuple[str, Json, str]]:
    event = an_event("p")
    return [
        ("no country", without(event, "country"), "schema_complete"),
        ("no lines", without(event, "lines"), "schema_complete"),
        ("empty lines", with_data(event, lines=[]), "lines_present"),
        ("empty order id", an_event(""), "order_id_length"),
        ("order id of 65", an_event("o" * 65), "order_id_length"),
        ("a cancellation of an order with a blank", a_cancellation("p", cancels="o1 "), "order_id_plain"),
        ("version zero", an_event("p", version=0), "version_positive"),
        ("unknown kind", an_event("p", kind="gift"), "kind_known"),
        ("a sale that cancels", an_event("p", cancels_order_id="o1"), "cancels_only_cancellations"),
        ("a cancellation of itself", a_cancellation("p", cancels="p"), "cancels_only_cancellations"),
        ("a cancellation of nobody", a_cancellation("p", cancels=""), "order_id_length"),
        ("unknown currency", an_event("p", currency="XTS"), "currency_iso"),
        ("currency in small letters", an_event("p", currency="gbp"), "currency_iso"),
        ("placed on no day", with_data(event, placed_at="2019-02-30T10:00:00Z"), "dates_plausible"),
        ("placed without offset", with_data(event, placed_at="2019-02-01T10:00:00"), "dates_plausible"),
        ("placed on a date alone", with_data(event, placed_at="2019-02-01"), "dates_plausible"),
        ("placed in the shop's words", with_data(event, placed_at="2/1/2019"), "dates_plausible"),
        ("placed in 1999", with_data(event, placed_at="1999-12-31T23:59:59Z"), "dates_plausible"),
        ("changed in 2100", with_data(event, occurred_at="2100-01-01T00:00:00Z"), "dates_plausible"),
        ("placed after it changed", with_data(event, placed_at="2019-03-01T10:00:00Z"), "dates_plausible"),
        ("wrong total", an_event("p", total_minor=999), "total_matches"),
    ]


def _order_ids() -> list[tuple[str, Json, str]]:
    hidden = (
        ("a byte order mark", "\ufeffp"), ("a blank in front", " p"), ("a blank behind", "p "), ("a line break", "p\n"),
        ("zero", "p\x00"), ("escape", "\x1b[31mp"), ("a hard blank", "p\xa01"), ("a zero width space", "p\u200b"),
        ("another direction", "\u202ep"), ("a tag", "p\U000e0041"), ("nothing but a blank", " "),
    )  # fmt: skip
    return [(f"order id with {name}", an_event(order_id), "order_id_plain") for name, order_id in hidden]


def _dates() -> list[tuple[str, Json, str]]:
    texts = (
        "2019-01-31T24:00:00Z", "2019-01-31T23:59:60Z", "2019-02-01T10:00:00+19:00", "2019-02-01T10:00:00+18:01",
        "2019-02-01T10:00:00+05:60", "2019-02-01T10:00:00.1234567890Z", "2019-02-01T10:00:00z", "2000-01-01T00:00:00+00:01",
    )  # fmt: skip
    return [(f"placed at {text}", with_data(an_event("p"), placed_at=text), "dates_plausible") for text in texts]


def _lines() -> list[tuple[str, Json, str]]:
    event, huge = an_event("p"), 9_000_000_000_000_000_000
    return [
        ("a line null", with_data(event, lines=[None]), "schema_complete"),
        ("a line without price", with_data(event, lines=[{**a_line(1), "unit_price_minor": None}]), "schema_complete"),
        ("a line number twice", with_data(event, lines=[a_line(1, quantity=1), a_line(1, quantity=1)]), "line_numbers_unique"),
        ("line number zero", with_data(event, lines=[a_line(0)]), "line_numbers_unique"),
        ("nothing sold", an_event("p", lines=[("MUG", 500, 0)]), "quantity_sign"),
        ("sold below zero", an_event("p", lines=[("MUG", 500, -1)]), "quantity_sign"),
        ("taken back above zero", a_cancellation("p", lines=[("MUG", 500, -1)]), "quantity_sign"),
        ("price below zero", an_event("p", lines=[("MUG", -500, 1)]), "price_not_negative"),
        (
            "a total beyond 64 bits",
            with_data(event, lines=[a_line(1, price=10**12, quantity=10**9)], total_minor=6750),
            "total_matches",
        ),
        (
            "units beyond 64 bits, for nothing",
            with_data(event, lines=[a_line(1, price=0, quantity=huge), a_line(2, price=0, quantity=huge)], total_minor=0),
            "amounts_within_limits",
        ),
        (
            "units taken back that have no positive",
            with_data(a_cancellation("p"), lines=[a_line(1, price=0, quantity=-(2**63))], total_minor=0),
            "amounts_within_limits",
        ),
        (
            "a total that two of would overflow",
            with_data(event, lines=[a_line(1, price=huge, quantity=1)], total_minor=huge),
            "amounts_within_limits",
        ),
    ]


def _personal() -> list[Poison]:
    whole, reasons = body(an_event("p")), frozenset({"no_personal_fields"})
    added = (
        '"email":"a@b.c"',
        '"CPF":"1"',
        '"Customer_Name":"Ana"',
        '"endereço":"Rua 1"',
        '"ENDEREÇO":"Rua 1"',
        '"enderec\u0327o":"Rua 1"',
        '"endere\\u00e7o":"Rua 1"',
        '"ENDERE\\u00C7O":"Rua 1"',
        '"título de eleitor":"1"',
        '"\u017furname":"x"',
        '"z\u0131p":1',
        '"ZİP":1',
        '"\uff45\uff4d\uff41\uff49\uff4c":"a@b.c"',
        '"e\u200bmail":"a@b.c"',
        '"more":[1,{"ENDEREÇO":1}]',
        '"\\u0065mail":"a@b.c"',
        '"zip-code" : 1',
    )
    return [
        *(
            Poison(f"personal field {field}", _swapped(whole, b'"country"', f'{field},"country"'.encode()), reasons)
            for field in added
        ),
        Poison("personal field deep inside", body(an_event("p", more=[{"buyer": {"phone": None}}])), reasons),
    ]


def _too_big() -> Poison:
    return Poison("1 MB", body(an_event("p", padding="x" * 1_000_000)), frozenset({"size_within_limit"}))


def _swapped(whole: bytes, old: bytes, new: bytes) -> bytes:
    if whole.count(old) != 1:
        message = f"{old!r} must stand once in the body"
        raise ValueError(message)
    return whole.replace(old, new)
