"""Structured logs: one event per line with fields, never personal data."""

from __future__ import annotations

import logging
import sys
import traceback

import orjson
import structlog


def configure_logs(*, log_format: str = "json", level: str = "INFO") -> None:
    """Set up structlog once for this process; lines go to standard error."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _frames_without_values,
    ]
    threshold = logging.getLevelNamesMapping()[level.upper()]
    if log_format == "console":
        structlog.configure(
            processors=[*shared, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())],
            wrapper_class=structlog.make_filtering_bound_logger(threshold),
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(
            processors=[*shared, structlog.processors.JSONRenderer(serializer=orjson.dumps)],
            wrapper_class=structlog.make_filtering_bound_logger(threshold),
            logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
            cache_logger_on_first_use=True,
        )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def _frames_without_values(
    _logger: object, _method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Log where an exception came from, and neither its words nor its values.

    A driver's message quotes the row that it could not write: a name, a number of a person.
    """
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of one part of the platform."""
    return structlog.get_logger(part=name)
