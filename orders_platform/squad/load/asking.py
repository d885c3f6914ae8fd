"""What each step of a life sends: method, path and body of its call."""

from dataclasses import asdict
from typing import Final

from orders_platform.squad.load.catalogue import Line
from orders_platform.squad.load.lives import Life, Step, Verb

METHODS: Final[dict[Verb, str]] = {"place": "POST", "amend": "PATCH", "pay": "POST", "ship": "POST", "cancel": "POST"}


def path(step: Step, order_id: str | None) -> str:
    """Where it goes; an order that is only placed has no id yet."""
    if step.verb == "place":
        return "/orders"
    return f"/orders/{order_id}" if step.verb == "amend" else f"/orders/{order_id}/{step.verb}"


def body(life: Life, step: Step) -> dict[str, object] | None:
    """Its JSON, or None where it has none."""
    if step.verb == "place":
        order = {"customer_id": life.customer_id, "country": life.country, "currency": life.currency}
        return order | {"lines": _lines(step.lines)}
    if step.verb == "amend":
        return {"lines": _lines(step.lines)}
    if step.units is not None:
        return {"lines": [{"line_no": number, "quantity": quantity} for number, quantity in step.units.items()]}
    return None


def _lines(lines: tuple[Line, ...]) -> list[dict[str, object]]:
    return [asdict(line) for line in lines]
