"""Something that is away: told when it goes and when it is back, and asked for less and less often meanwhile."""

import random
from dataclasses import dataclass

import structlog

from orders_platform.backoff import Dice
from orders_platform.squad.outbox.gate import wait_seconds

_LOG = structlog.get_logger("orders.relay")


@dataclass(slots=True)
class Outage:
    """Of one thing that the relay needs."""

    of: str
    dice: Dice = random.random
    _failures: int = 0

    def met(self, said: str) -> float:
        """It is away, in these words; seconds until it should be asked for again."""
        self._failures += 1
        if self._failures == 1:
            _LOG.error("away", what=self.of, said=said)
        return wait_seconds(self._failures, self.dice)

    def over(self) -> None:
        """It serves."""
        if self._failures:
            _LOG.info("back", what=self.of, tries=self._failures)
            self._failures = 0
