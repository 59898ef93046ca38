"""The language server: puts the features together and speaks on standard input and output."""

import asyncio
import gc
import inspect
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, BinaryIO

from unleak.lsp.wire import types  # before pygls, see there

# isort: split
from pygls.io_ import StdoutWriter
from pygls.lsp.server import LanguageServer

from unleak.lsp.engine_link import Connect
from unleak.lsp.protocol import Protocol, refusal
from unleak.lsp.quiet import cap_loggers, place_of
from unleak.lsp.session import Session
from unleak.lsp.transport import Reader

# Seconds after which a thread makes room for the one that answers.
_SWITCH = 0.001


class Server(LanguageServer):
    """pygls' server over our own pipe, kept from showing the user's text in errors."""

    protocol: Protocol

    def __init__(self, connect: Connect | None = None) -> None:
        super().__init__("unleak", version("unleak"), protocol_cls=Protocol)
        self.session = Session(self, connect)
        self._over: asyncio.Event | None = None

    def report_server_error(self, error: Exception, source: object) -> None:
        """Say that something failed and what class of error it was, nothing of its content."""
        self.failed("a message", error)

    def failed(self, what: str, error: BaseException) -> None:
        """Log that something failed."""
        self.log(types.MessageType.Error, f"{what}: internal error ({place_of(error)})")

    def log(self, kind: types.MessageType, text: str) -> None:
        """A line in the client's log."""
        self.protocol.send_plain("window/logMessage", {"type": int(kind), "message": text})

    def show(self, kind: types.MessageType, text: str) -> None:
        """A message for the user."""
        self.protocol.send_plain("window/showMessage", {"type": int(kind), "message": text})

    def answer(
        self, method: str, handler: Callable[[Any], Any], options: object | None = None
    ) -> None:
        """Register the one handler of a request or notification.

        What it raises ends its own request only, and is told without what it holds.
        """
        if inspect.iscoroutinefunction(handler):

            async def guarded_later(params: Any) -> Any:
                try:
                    return await handler(params)
                except Exception as error:
                    raise refusal(error) from None

            self.feature(method, options)(guarded_later)
            return

        def guarded(params: Any) -> Any:
            try:
                return handler(params)
            except Exception as error:
                raise refusal(error) from None

        self.feature(method, options)(guarded)

    def start_io(self, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
        """Serve until the client leaves."""
        source, sink = stdin or sys.stdin.buffer, stdout or sys.stdout.buffer
        sys.stdout = sys.stderr  # a stray print would end the conversation
        self.protocol.set_writer(StdoutWriter(sink))
        try:
            asyncio.run(self._serve(source))
        except (BrokenPipeError, KeyboardInterrupt):
            return

    async def _serve(self, source: BinaryIO) -> None:
        self._over = asyncio.Event()
        Reader(source, self.protocol.receive, self._over.set).start()
        try:
            await self._over.wait()
        finally:
            await self.session.end()


def build(connect: Connect | None = None, without: Sequence[str] = ()) -> Server:
    """A server with all features.

    Args:
        connect: what reaches the engine, in the place of the real one.
        without: features to leave out, by the names of their modules.
    """
    from unleak.lsp.features import all_features

    server = Server(connect)
    for name, make in all_features().items():
        if name not in without:
            server.session.add(make(server.session))
    return server


def start() -> None:
    """Serve on standard input and output until the client leaves."""
    cap_loggers()
    server = build()
    gc.freeze()  # what was imported stays: no collection has to look through it again
    gc.enable()
    sys.setswitchinterval(_SWITCH)
    server.start_io()
