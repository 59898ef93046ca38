"""How large a request may be, and how long ago the last one was."""

import time
from contextlib import suppress
from typing import Any, Final

from unleak.core.errors import UsageError
from unleak.service.api.access import App, Receive, Scope, Send
from unleak.service.api.answers import refusal

LARGEST: Final = 8 * 2**20  # bytes of a body
_UNCOUNTED: Final = ("/healthz", "/metrics")  # who watches does not keep the daemon alive


class TooLargeError(UsageError):
    """The body exceeds what is taken."""


class Bounds:
    """Refuses bodies that are too large, whether they say so or not; knows when it was idle."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._under_way = 0
        self._last = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """Since the last request ended; 0 while one is under way."""
        return 0.0 if self._under_way else time.monotonic() - self._last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not told.isdigit() or int(told) > LARGEST:
            await refusal(413, _too_large())(scope, receive, send)
            return
        counted = scope["path"] not in _UNCOUNTED
        self._under_way += counted
        try:
            await self._limited(scope, receive, send)
        finally:
            self._under_way -= counted
            if counted:
                self._last = time.monotonic()

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        got = 0

        async def counting() -> Any:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > LARGEST:
                raise TooLargeError
            return message

        async def noted(message: Any) -> None:
            if got <= LARGEST:  # else the application's own answer says less
                await send(message)

        with suppress(TooLargeError):
            await self._app(scope, counting, noted)
        if got > LARGEST:
            await refusal(413, _too_large())(scope, receive, send)


def _too_large() -> UsageError:
    return UsageError(f"a request may have {LARGEST // 2**20} MiB; send it in parts")
