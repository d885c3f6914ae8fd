"""Runs coroutines on the fastest event loop that is installed, tasks side by side, and no collector in their way."""

import asyncio
import gc
import importlib
import importlib.util
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from orders_platform.errors import PlatformError

_Result = TypeVar("_Result")


def run(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """Its result; uvloop is not there on Windows."""
    fast = importlib.import_module("uvloop").new_event_loop if importlib.util.find_spec("uvloop") else None
    hold_the_collector_off()
    with asyncio.Runner(loop_factory=fast) as runner:
        return runner.run(coroutine)


def hold_the_collector_off() -> None:
    """Let it leave alone what is there by now: a look through all modules takes tens of milliseconds, and serves nobody."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def tasks() -> AsyncIterator[asyncio.TaskGroup]:
    """A group of tasks that is waited for; a fault of ours in one of them ends all, and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as faults:
        ours = faults.subgroup(PlatformError)
        if ours is None:
            raise
        # further ones have the same reason
        raise _first(ours) from faults


def _first(faults: ExceptionGroup[PlatformError]) -> PlatformError:
    one = faults.exceptions[0]
    return _first(one) if isinstance(one, ExceptionGroup) else one
