"""The log of a service: one line of JSON an event, on stderr, whose stdout is for what it says when it is ready."""

import sys

import structlog


def log_as_json() -> None:
    """Have this process log so; JSON leaves no way for foreign text to look like a line of ours."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
