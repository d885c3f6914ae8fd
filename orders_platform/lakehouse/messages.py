"""Pipes messages as numbered small files in a folder that Dagster reads: one file for each table, at once."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_pipes import PipesMessage, PipesMessageWriter, PipesMessageWriterChannel, PipesParams

Put = Callable[[str, str], None]


class FolderChannel(PipesMessageWriterChannel):
    """Keeps messages until `flush`, then writes them as one file; a file ends with a newline, so half a one is known as such."""

    def __init__(self, put: Put) -> None:
        """Write by `put`, which takes a file's name and text."""
        self._put = put
        self._kept: list[PipesMessage] = []
        self._written = 0

    def write_message(self, message: PipesMessage) -> None:
        """Keep it; the first and the last go out at once."""
        self._kept.append(message)
        if message["method"] in ("opened", "closed"):
            self.flush()

    def flush(self) -> None:
        """Write what is kept."""
        if not self._kept:
            return
        self._written += 1
        self._put(f"{self._written}.json", "".join(json.dumps(message) + "\n" for message in self._kept))
        self._kept = []


class FolderWriter(PipesMessageWriter[FolderChannel]):
    """Writes into the folder that the run was given: in a volume, which a cluster sees as files, or in a blob container."""

    channel: FolderChannel

    @contextmanager
    def open(self, params: PipesParams) -> Iterator[FolderChannel]:
        """Open the channel; what it still keeps at the end is written."""
        folder = str(params["path"])
        self.channel = FolderChannel(_blob_writer(folder) if "://" in folder else _file_writer(Path(folder)))
        yield self.channel
        self.channel.flush()


def _blob_writer(folder: str) -> Put:
    from orders_platform.lakehouse.blob import blob_writer  # noqa: PLC0415  a cluster needs azure-storage-blob only for this

    return blob_writer(folder)


def _file_writer(folder: Path) -> Put:
    def put(name: str, text: str) -> None:
        aside = folder / f"{name}.part"
        aside.write_text(text)
        aside.replace(folder / name)

    return put
