"""A file of raw bodies, plain or .gz, one a line, byte for byte: poison is meant to arrive as it is."""

import gzip
import zlib
from pathlib import Path

import orjson

from orders_platform.errors import InputError

_GZIP_MAGIC = b"\x1f\x8b"
_MAX_KEY = 64


def read_lines(path: Path) -> list[tuple[str | None, bytes]]:
    """Key and body of each line, an empty one too; the key is the order id where one can be read. Raises InputError."""
    try:
        content = path.read_bytes()
        # as with the shop's CSV: what is compressed is meant to be read
        content = gzip.decompress(content) if content.startswith(_GZIP_MAGIC) else content
    except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise InputError(f"{path}: the gzip file is cut short or damaged ({fault}); copy it again") from fault
    except OSError as fault:
        raise InputError(f"{path}: cannot be read ({fault.strerror or fault}); give the path of a file of lines") from fault
    if not content:
        raise InputError(f"{path}: the file is empty; put one event body on each line")
    return [(_key(line), line) for line in content.removesuffix(b"\n").split(b"\n")]


def _key(line: bytes) -> str | None:
    try:
        body = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    data = body.get("data") if isinstance(body, dict) else None
    order_id = data.get("order_id") if isinstance(data, dict) else None
    return order_id if isinstance(order_id, str) and 0 < len(order_id) <= _MAX_KEY else None
