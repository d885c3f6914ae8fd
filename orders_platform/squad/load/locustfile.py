"""The same lives of orders under Locust, for its page: `locust -f orders_platform/squad/load/locustfile.py --host URL`.

Locust replaces Python's sockets when it is imported, so nothing else may import this file. Users come and go as its page says;
`orders-platform load` is the one that keeps a rate, sends failed calls again and keeps a ledger.
"""

import itertools
import time
import uuid
from http import HTTPStatus
from typing import Any

from locust import FastHttpUser, constant, task

from orders_platform.settings import Settings
from orders_platform.squad.load.asking import METHODS, body, path
from orders_platform.squad.load.expecting import Stand, documents, placed, wrong
from orders_platform.squad.load.lives import Life, Step, life
from orders_platform.squad.tokens import entra_token

_SEED = uuid.uuid4().int
_NUMBERS = itertools.count()
_TOKEN = entra_token(Settings.load().api)


class Customer(FastHttpUser):
    """Lives one order after the other."""

    wait_time = constant(0)

    @task
    def live(self) -> None:
        """Take all steps of an order, up to one that is not accepted."""
        one = life(_SEED, next(_NUMBERS))
        order_id, stand = None, None
        for number, step in enumerate(one.steps):
            # Locust has made this one let other users go on
            time.sleep(step.after)
            answer = self._take(one, step, number, order_id=order_id, stand=stand)
            if answer is None:
                return
            order_id = order_id or documents(answer)[0]["order_id"]
            stand = stand.after(step) if stand else placed(step)

    def _take(self, one: Life, step: Step, number: int, *, order_id: str | None, stand: Stand | None) -> dict[str, Any] | None:
        """The answer where it is right."""
        headers = {"Idempotency-Key": f"{_SEED:x}.{one.number}.{number}"}
        if _TOKEN:
            headers["Authorization"] = f"Bearer {_TOKEN()}"
        if stand and step.verb == "amend":
            headers["If-Match"] = f'"{stand.version}"'
        with self.client.request(
            METHODS[step.verb],
            path(step, order_id),
            name=step.verb,
            json=body(one, step),
            headers=headers,
            catch_response=True,
        ) as response:
            if response.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
                response.failure(f"{response.status_code}")
                return None
            answer: dict[str, Any] = response.json()
            faults = wrong(one, step, before=stand, order_id=order_id, answer=answer)
            if faults:
                response.failure("; ".join(faults))
                return None
            return answer
