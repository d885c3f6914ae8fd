"""What the answer to a step must say, out of what was sent alone; and what is wrong with the one that came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orders_platform.squad.load.catalogue import Line
from orders_platform.squad.load.lives import Life, Step

Document = Mapping[str, Any]
_AFTERWARDS = {"pay": "paid", "ship": "shipped"}


@dataclass(frozen=True, slots=True)
class Stand:
    """An order as it must stand after its steps so far.

    Attributes:
        left: units of each line that are not cancelled.
    """

    version: int
    status: str
    lines: tuple[Line, ...]
    left: tuple[int, ...]

    def after(self, step: Step) -> "Stand":
        """The order after one more step."""
        if step.verb == "amend":
            return replace(self, version=self.version + 1, lines=step.lines, left=_quantities(step.lines))
        if step.verb == "cancel":
            left = tuple(had - taken for had, taken in zip(self.left, self._taken(step), strict=True))
            return (
                replace(self, left=left) if any(left) else replace(self, version=self.version + 1, status="cancelled", left=left)
            )
        return replace(self, version=self.version + 1, status=_AFTERWARDS[step.verb])

    def cancelled_minor(self, step: Step) -> int:
        """What the document of a cancellation comes to: less than nothing."""
        return -sum(taken * line.unit_price_minor for taken, line in zip(self._taken(step), self.lines, strict=True))

    @property
    def total_minor(self) -> int:
        """What its lines come to; cancellations do not change it."""
        return sum(line.unit_price_minor * line.quantity for line in self.lines)

    def _taken(self, step: Step) -> tuple[int, ...]:
        units = step.units
        return self.left if units is None else tuple(units.get(number, 0) for number in range(1, len(self.lines) + 1))


def placed(step: Step) -> Stand:
    """An order that was just placed."""
    return Stand(1, "placed", step.lines, _quantities(step.lines))


def documents(answer: Document) -> list[Document]:
    """The orders in an answer: a cancellation comes first, before the order that it cancels."""
    return [answer[name] for name in ("cancellation", "order") if isinstance(answer.get(name), dict)] or [answer]


def wrong(life: Life, step: Step, *, before: Stand | None, order_id: str | None, answer: Document) -> list[str]:
    """In what way the answer to a step is not what it must be, a sentence each; `before`: how the order stood."""
    found, expected = documents(answer), _expected(life, step, before=before, order_id=order_id)
    if len(found) != len(expected):
        return [f"{step.verb} of {order_id}: {len(found)} documents in the answer, should be {len(expected)}"]
    return [
        f"{step.verb} of {document.get('order_id')}: {name} is {document.get(name)!r}, should be {value!r}"
        for document, fields in zip(found, expected, strict=True)
        for name, value in fields.items()
        if document.get(name) != value
    ]


def _expected(life: Life, step: Step, *, before: Stand | None, order_id: str | None) -> Sequence[Document]:
    stand = before.after(step) if before else placed(step)
    shared = {"country": life.country, "currency": life.currency}
    order = shared | {"kind": "sale", "cancels_order_id": None, "version": stand.version, "status": stand.status}
    order |= {"total_minor": stand.total_minor}
    if before is None:
        return [order]
    order |= {"order_id": order_id}
    if step.verb != "cancel":
        return [order]
    document = {"kind": "cancellation", "cancels_order_id": order_id, "version": 1, "status": "cancelled"}
    return [shared | document | {"total_minor": before.cancelled_minor(step)}, order]


def _quantities(lines: tuple[Line, ...]) -> tuple[int, ...]:
    return tuple(line.quantity for line in lines)
