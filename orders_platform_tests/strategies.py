"""What may happen to a shop and its platform, for Hypothesis: orders with their versions, bad messages, passes, kills."""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from orders_platform_tests.builders import Json, LineSpec, a_cancellation, a_line, an_event, body
from orders_platform_tests.poison import poison_corpus

DAYS = ("2018-12-31", "2019-02-01", "2019-02-02", "2019-02-03")
TIMES = ("00:00:00Z", "23:59:59.999999Z", "10:30:00+00:00", "22:30:00-03:00")
SMALL_POISON = tuple(poison.body for poison in poison_corpus() if len(poison.body or b"") < 2000)

ODD_TEXTS = (
    "",
    "o1",
    "sale",
    "GBP",
    "1.0",
    "2019-02-01T10:00:00Z",
    "2019-02-30T10:00:00Z",
    "2019-02-01T10:00:00+25:00",
    "x" * 65,
)
ODD_VALUES: tuple[Any, ...] = (None, True, 0, -1, 1, 2**31, 2**63, -(2**63), 1.0, 1e300, [], {}, [None], [a_line(1)], *ODD_TEXTS)
ENVELOPE = tuple(an_event())
ORDER = tuple(an_event()["data"])
LINE = tuple(a_line(1))


@dataclass(frozen=True, slots=True, repr=False)
class Publish:
    """These bodies reach the hub, in this order."""

    bodies: tuple[bytes | None, ...]

    def __repr__(self) -> str:
        """Violations name the orders; thousands of bytes would hide them."""
        return f"Publish({len(self.bodies)} messages)"


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass starts; where `dies` says "before" or "after" a table, it is killed around that table's commit."""

    dies: str | None = None


Step = Publish | Pass


def lines() -> st.SearchStrategy[list[LineSpec]]:
    """One to three lines; equal ones may stand side by side."""
    line = st.tuples(st.sampled_from(("MUG", "BAG")), st.sampled_from((0, 1, 499, 500)), st.integers(1, 3))
    return st.lists(line, min_size=1, max_size=3)


def moments() -> st.SearchStrategy[str]:
    """Times on a few days, on both edges of a day too."""
    return st.builds("{}T{}".format, st.sampled_from(DAYS), st.sampled_from(TIMES))


@st.composite
def histories(draw: st.DrawFn, order_id: str) -> list[Json]:
    """Versions of one order, some of which may never come; a version may change its lines, its day, its country."""
    versions = draw(st.sets(st.integers(1, 4), min_size=1, max_size=3))
    return [an_event(order_id, version=version, lines=draw(lines()), **draw(_facts())) for version in sorted(versions)]


@st.composite
def cancellations(draw: st.DrawFn, order_id: str, named: tuple[str | None, ...]) -> Json:
    """A document that cancels one of `named`; it may come at any of its versions."""
    version = draw(st.integers(1, 2))
    return a_cancellation(order_id, cancels=draw(st.sampled_from(named)), version=version, lines=draw(lines()), **draw(_facts()))


@st.composite
def bodies(draw: st.DrawFn, prefix: str = "") -> list[bytes | None]:
    """All messages of a small world in any order: good ones, repeats, conflicts, poison. Its order ids start with `prefix`."""
    ids = [f"{prefix}{name}" for name in draw(st.sampled_from((("o1",), ("o1", "o2"), ("o1", "o2", "o3"))))]
    events = [event for order_id in ids for event in draw(histories(order_id))]
    documents = draw(st.sampled_from(((), ("C1",), ("C1", "C2"))))
    events += [draw(cancellations(f"{prefix}{name}", (*ids, f"{prefix}C3", "unknown", None))) for name in documents]
    good = [body(event) for event in events]
    repeats = draw(st.lists(st.sampled_from(good), max_size=3))
    conflicts = [body({**event, "conflicts": True}) for event in draw(st.lists(st.sampled_from(events), max_size=2))]
    poison = draw(st.lists(st.sampled_from(SMALL_POISON), max_size=2))
    return draw(st.permutations([*good, *repeats, *conflicts, *poison]))


@st.composite
def interleavings(draw: st.DrawFn, deaths: tuple[str, ...], *, worlds: int, batches: int) -> list[Step]:
    """The messages of several worlds, each cut into batches anywhere; after each batch a pass, which may die on its way.

    Many worlds share each pass, since a pass costs seconds whatever it holds.
    """
    queues: list[list[bytes | None]] = [[] for _ in range(batches)]
    for world in range(worlds):
        messages = draw(bodies(f"w{world}-"))
        cuts = sorted(draw(st.integers(0, len(messages))) for _ in range(batches - 1))
        for queue, start, end in zip(queues, [0, *cuts], [*cuts, len(messages)], strict=True):
            queue.extend(messages[start:end])
    steps: list[Step] = []
    for queue in queues:
        steps += [Publish(tuple(queue)), Pass(draw(st.none() | st.sampled_from(deaths)))]
    return [*steps, Pass()]


@st.composite
def tampered(draw: st.DrawFn) -> bytes:
    """An event of which up to three fields, anywhere, are replaced, taken away or renamed."""
    event: Json = json.loads(body(draw(st.sampled_from((an_event(), a_cancellation(cancels="o1"))))))
    for _ in range(draw(st.integers(1, 3))):
        _tamper(draw, event)
    return body(event)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An event whose bytes were cut and spliced at one place."""
    whole = body(an_event())
    place, cut = draw(st.integers(0, len(whole))), draw(st.integers(0, 40))
    return whole[:place] + draw(st.binary(max_size=3)) + whole[place + cut :]


def _facts() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        _same_day_or_later,
        placed_at=moments(),
        occurred_at=moments(),
        country=st.sampled_from(("United Kingdom", "EIRE")),
        currency=st.sampled_from(("GBP", "GBP", "EUR")),
        status=st.sampled_from(("placed", "paid", "odd")),
    )


def _same_day_or_later(placed_at: str, occurred_at: str, **facts: str) -> dict[str, Any]:
    """A change does not happen days before its order was placed: the contract refuses that."""
    return {"placed_at": placed_at, "occurred_at": max(placed_at, occurred_at), **facts}


def _tamper(draw: st.DrawFn, event: Json) -> None:
    order = event.get("data")
    lines = order.get("lines") if isinstance(order, dict) else None
    line = lines[0] if isinstance(lines, list) and lines and isinstance(lines[0], dict) else None
    places = [(event, ENVELOPE), *((place, names) for place, names in ((order, ORDER), (line, LINE)) if isinstance(place, dict))]
    target, names = draw(st.sampled_from(places))
    name = draw(st.sampled_from(names))
    match draw(st.sampled_from(("replace", "replace", "remove", "rename"))):
        case "replace":
            target[name] = draw(st.sampled_from(ODD_VALUES))
        case "remove":
            target.pop(name, None)
        case _:
            target[draw(st.sampled_from((name.upper(), "e-mail", "Nome", "note")))] = target.pop(name, None)
