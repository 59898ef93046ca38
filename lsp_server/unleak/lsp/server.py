"""The language server: every open document's findings, pushed after each change."""

import logging
from importlib.metadata import version

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from unleak.core.keys import load_key
from unleak.detect.scanner import Scanner
from unleak.lsp.diagnostics import diagnostics

# pygls logs whole messages and handler parameters, and those are the user's text.
_LOGGERS = ("pygls", "pygls.protocol", "pygls.server", "pygls.feature_manager", "asyncio")


class Server(LanguageServer):
    """pygls' server, kept from showing the user's text in errors."""

    def report_server_error(self, error: Exception, source: object) -> None:
        """Say that something failed and what class of error it was, nothing of its content."""
        self.window_log_message(
            types.LogMessageParams(
                types.MessageType.Error, f"unleak: internal error ({type(error).__name__})"
            )
        )


def build() -> Server:
    """A server with all features."""
    server = Server("unleak", version("unleak"))
    scanner = Scanner(load_key().fingerprinter)

    def publish(uri: str) -> None:
        document = server.workspace.get_text_document(uri)
        server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri, diagnostics(scanner, document.source), document.version
            )
        )

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        publish(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        publish(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(params.text_document.uri, [])
        )

    return server


def start() -> None:
    """Serve on standard input and output until the client leaves."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    build().start_io()
