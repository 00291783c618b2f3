"""The log of a program without a face: a structured line on stderr for each thing that happens."""

import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from wallboard.report.now.logline import Value, log_line

_LEVELS = ((logging.ERROR, "error"), (logging.WARNING, "warning"))


class ServiceLog(logging.Handler):
    """Writes lines; also one for every warning that a part of the program logs."""

    def __init__(self, form: str, clock: Callable[[], float] = time.time) -> None:
        """``form`` is "text" for logfmt, or "json"; ``clock`` is Unix time in seconds."""
        super().__init__(logging.WARNING)
        self._form = form
        self._clock = clock

    def say(self, event: str, level: str = "info", **fields: Value) -> None:
        """Write a line. That nobody reads it any more must not end the service."""
        line = log_line(self._clock(), level, event, fields, form=self._form)
        with suppress(OSError, ValueError):
            print(line, file=sys.stderr, flush=True)  # noqa: T201

    def emit(self, record: logging.LogRecord) -> None:
        """Take in a log record, on one line, with its exception if it has one."""
        level = next((word for least, word in _LEVELS if record.levelno >= least), "info")
        error = record.exc_info[1] if record.exc_info else None
        self.say(
            "log",
            level,
            message=" ".join(record.getMessage().split()),
            error=f"{type(error).__name__}: {error}" if error else None,
        )
