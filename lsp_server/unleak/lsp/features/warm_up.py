"""What the first messages would otherwise wait for, done once the client is busy with its own."""

import asyncio
from typing import Any, Final

from unleak.lsp.features.feature import Feature
from unleak.lsp.wire import types

_URI: Final = "untitled:unleak-warm-up"
# A line that the classifier has to judge: it is loaded with the first one.
_LINE: Final = 'password = "warm Up 1!"\n'
_RANGE: Final = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
_MESSAGES: Final[dict[str, Any]] = {
    types.TEXT_DOCUMENT_DID_OPEN: {
        "textDocument": {"uri": _URI, "languageId": "", "version": 1, "text": ""}
    },
    types.TEXT_DOCUMENT_DID_CHANGE: {
        "textDocument": {"uri": _URI, "version": 1},
        "contentChanges": [{"range": _RANGE, "text": ""}, {"text": ""}],
    },
}


class WarmUp(Feature):
    """The readers of messages are made at their first use, the classifier at its first line."""

    def ready(self) -> None:
        """In slices: a document may be opened any moment."""
        self.session.run(self._warm(), "the warm-up")

    async def _warm(self) -> None:
        protocol = self.session.server.protocol
        for method, params in _MESSAGES.items():
            message = {"jsonrpc": "2.0", "method": method, "params": params}
            protocol.structure_message(message)
            await asyncio.sleep(0)
        await asyncio.to_thread(self.session.scanners.plain.scan, _LINE)
