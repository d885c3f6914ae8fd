"""Reads what a run reports, file by file, whenever the loop that follows the run asks for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
from dagster_pipes import PIPES_PROTOCOL_VERSION_FIELD, PipesContextData, PipesDefaultContextLoader, PipesParams

from orders_platform.lakehouse.telling import ASKED_TABLES
from orders_platform.orchestration.databricks.folders import Folder

if TYPE_CHECKING:
    from dagster_pipes import PipesMessage


class ContextInParameters(dg.PipesContextInjector):
    """Hands the step's context over in the job's parameters; it is small."""

    @contextmanager
    def inject_context(self, context_data: PipesContextData) -> Iterator[PipesParams]:
        """Tables whose checks alone are asked for are in scope, too: Pipes would refuse an answer of theirs."""
        extras = context_data["extras"]
        checked = {name.partition(":")[0] for name in extras["checks"]}
        scope = sorted({*extras[ASKED_TABLES], *checked})
        yield {PipesDefaultContextLoader.DIRECT_KEY: {**context_data, "asset_keys": scope or None}}

    def no_messages_debug_text(self) -> str:
        """For Dagster's warning where nothing came."""
        return "The context was given in the job's parameters."


class FolderReader(dg.PipesMessageReader):
    """Messages out of one run's folder: no thread, no interval; each call of `pump` takes what is there.

    Attributes:
        error: what the run said of its own end, `(name, message)`; None where it ended well or said nothing.
    """

    error: tuple[str, str] | None = None

    def __init__(self, folder: Folder) -> None:
        """Read from `folder`, which is made at the start and removed at the end."""
        self._folder = folder
        self._read = 0

    @property
    def expected_writer_count(self) -> int:
        """One run writes; the inherited answer is the same, with a warning that it may change."""
        return 1

    @contextmanager
    def read_messages(self, handler: dg.PipesMessageHandler) -> Iterator[PipesParams]:
        """The folder, for as long as the run takes."""
        self._handler = handler
        self._folder.make()
        yield {"path": self._folder.path}

    def pump(self) -> None:
        """Hand all new messages to Dagster. Raises where the folder may not be read."""
        # half a file has no newline at its end: it is read again the next time
        while (text := self._folder.read(f"{self._read + 1}.json")) and text.endswith("\n"):
            self._read += 1
            for line in text.splitlines():
                self._handle(json.loads(line))

    def _handle(self, message: dict[str, Any]) -> None:
        if PIPES_PROTOCOL_VERSION_FIELD not in message:
            return
        if message["method"] == "closed" and (fault := (message["params"] or {}).get("exception")):
            self.error = str(fault["name"]), _sentence(fault)
        # Dagster checks each field itself
        self._handler.handle_message(cast("PipesMessage", message))

    def no_messages_debug_text(self) -> str:
        """For Dagster's warning where nothing came."""
        return f"Messages were looked for in {self._folder.shown}."


def _sentence(fault: dict[str, Any]) -> str:
    """The message without the error's name before it, as tracebacks have it."""
    message = str(fault["message"]).strip()
    head, colon, rest = message.partition(": ")
    return rest if colon and head.rpartition(".")[2] == fault["name"] else message
