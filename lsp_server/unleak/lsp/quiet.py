"""Logs and errors that cannot hold the user's text.

pygls logs every outgoing body, handler parameters and decoding errors; asyncio and httpx log
exceptions and addresses. Any of it may hold a secret.
"""

import logging
import traceback
from typing import Final

_LOGGERS: Final = ("pygls", "asyncio", "httpx", "httpcore", "lsprotocol", "cattrs", "unleak")


class Redacting(logging.Filter):
    """Keeps of a record where it comes from, how grave it is and the class of the exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the message, its parameters and the traceback."""
        kind = ""
        if record.exc_info and record.exc_info[0] is not None:
            kind = f" ({record.exc_info[0].__name__})"
        record.msg = f"{record.name}:{record.lineno}: {record.levelname.lower()}{kind}"
        record.args = ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def cap_loggers() -> None:
    """Let through warnings only, and of these only what `Redacting` leaves."""
    handler = logging.StreamHandler()
    handler.addFilter(Redacting())
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.handlers = [handler]
        logger.propagate = False
    logging.getLogger("pygls").setLevel(logging.ERROR)


def place_of(error: BaseException) -> str:
    """What may be told of an unexpected error: its class and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{at}"
