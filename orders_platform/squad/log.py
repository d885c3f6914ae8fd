"""The log of a service: one line of JSON an event, on stderr, whose stdout is for what it says when it is ready."""

import logging
import sys
from contextlib import suppress

import structlog

from orders_platform.addresses import without_secrets


class _Lines:
    """Writes to stderr for as long as that works: a full disk under the log must not stop what is logged about."""

    def msg(self, line: str) -> None:
        """Write a line."""
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    log = debug = info = warning = error = critical = msg


class _OfLibraries(logging.Handler):
    """Tells what libraries log by lines of the same kind: they quote addresses, and know nothing of passwords."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of one."""
        fields: dict[str, str] = {"logger": record.name, "said": without_secrets(record.getMessage())}
        if record.exc_info:
            fields["exception"] = logging.Formatter().formatException(record.exc_info)
        structlog.get_logger().log(record.levelno, "library", **fields)


def log_as_json() -> None:
    """Have this process log so; JSON leaves no way for foreign text to look like a line of ours."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: _Lines(),
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_OfLibraries()])
