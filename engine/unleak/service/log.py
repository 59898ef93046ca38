"""The daemon's log: what happened to which job, by id. No request, no secret, no text of any."""

import logging
import os
import traceback
from logging.handlers import RotatingFileHandler
from types import TracebackType

from unleak.service.runtime import log_file

_LARGEST = 2**20  # bytes


def log_to_file() -> None:
    """Send the engine's records, and the server's warnings, to the log file (0600)."""
    path = log_file()
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    handler = RotatingFileHandler(path, maxBytes=_LARGEST, backupCount=2, encoding="utf-8")
    handler.setFormatter(_Places("%(asctime)s %(levelname)s %(message)s"))
    for name, level in (("unleak.engine", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


class _Places(logging.Formatter):
    """Of an exception, only class and place: message and frames may hold a secret."""

    def formatException(  # noqa: N802 - logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        kind, _, frames = ei
        last = traceback.extract_tb(frames)[-1:]
        place = f"{last[0].filename}:{last[0].lineno}" if last else "an unknown place"
        return f"{kind.__name__ if kind else 'error'} at {place}"
