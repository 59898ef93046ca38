"""What pygls does between the pipe and the features, without a copy of every text.

pygls rebuilds a document's text at each change and sends with an error all it knows of it; here
documents belong to the session, and an error tells its class.
"""

import json
from typing import Any

from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

from unleak.core.errors import UnleakError
from unleak.lsp.quiet import place_of
from unleak.lsp.wire import types

REQUEST_FAILED = -32803  # LSPErrorCodes.RequestFailed
_MESSAGES = {
    -32700: "not JSON",
    -32600: "not a request",
    -32601: "no such method here",
    -32602: "the parameters are not as the protocol says",
    -32002: "not initialized yet",
    -32800: "cancelled",
    -32801: "the document has changed",
}


class RefusedError(JsonRpcException):
    """A request that cannot be answered, with a message that may be shown."""

    CODE = REQUEST_FAILED


def refusal(error: Exception) -> RefusedError:
    """What a client is told of an error: our own messages hold no secret, others may."""
    if isinstance(error, RefusedError):
        return error
    if isinstance(error, UnleakError):
        return RefusedError(str(error))
    return RefusedError(f"internal error ({place_of(error)}); please report it")


class Protocol(LanguageServerProtocol):
    """pygls' protocol over the session's documents."""

    _server: Any

    def receive(self, body: bytes) -> None:
        """Handle one message; whatever is wrong with it, the next one counts again."""
        try:
            message = json.loads(body, object_hook=self.structure_message)
            self.handle_message(message)
        except Exception as error:
            self._server.failed("a message", error)

    def send_plain(self, method: str, params: Any) -> None:
        """A notification whose parameters are JSON already."""
        self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})

    def _send_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        if error is not None:
            self._result_types.pop(msg_id, None)
            message = _MESSAGES.get(error.code, "internal error; please report it")
            told = error.message if error.code == REQUEST_FAILED else message
            answer = {"error": {"code": error.code, "message": told}}
        elif _is_plain(result):
            self._result_types.pop(msg_id, None)
            answer = {"result": result}
        else:
            super()._send_response(msg_id, result)
            return
        self._send_data({"jsonrpc": self.VERSION, "id": msg_id, **answer})

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """The session keeps documents."""
        self._server.session.open(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """The session keeps documents."""
        document = params.text_document
        self._server.session.change(document.uri, document.version, params.content_changes)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """The session keeps documents."""
        self._server.session.close(params.text_document.uri)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """A coroutine, so that a client that cancels the request reaches the command."""
        return await self._server.session.execute(params.command, params.arguments)

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Stops the engine's job behind a progress."""
        self._server.session.cancel_progress(params.token)


def _is_plain(result: Any) -> bool:
    """Whether a result is JSON already, as that of our own features."""
    if isinstance(result, list):
        return not any(hasattr(item, "__attrs_attrs__") for item in result)
    return result is None or isinstance(result, dict | str | bool)
