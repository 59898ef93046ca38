"""Diagnostics of open documents: pulled where the client can refresh them too, else pushed."""

from typing import Any

from unleak.lsp.document import Change, Document
from unleak.lsp.features.feature import Feature
from unleak.lsp.findings_json import diagnostics
from unleak.lsp.wire import types


class Diagnostics(Feature):
    """Never both ways: a client that got both would show everything twice."""

    pull = False
    _epoch = 0  # grows with whatever but the text makes diagnostics old

    def initialize(self, params: types.InitializeParams) -> None:
        """Choose the way."""
        text, workspace = params.capabilities.text_document, params.capabilities.workspace
        refresh = workspace and workspace.diagnostics and workspace.diagnostics.refresh_support
        self.pull = bool(text and text.diagnostic and refresh)
        if self.pull:
            options = types.DiagnosticOptions(
                inter_file_dependencies=False, workspace_diagnostics=True, identifier="unleak"
            )
            self.session.server.answer(types.TEXT_DOCUMENT_DIAGNOSTIC, self._pulled, options)

    def _pulled(self, params: types.DocumentDiagnosticParams) -> dict[str, Any]:
        document = self.session.documents.get(params.text_document.uri)
        if document is None:
            return {"kind": "full", "items": []}
        id = self.result_id(document)
        if id == params.previous_result_id:
            return {"kind": "unchanged", "resultId": id}
        return {"kind": "full", "resultId": id, "items": diagnostics(self.session, document)}

    def result_id(self, document: Document) -> str:
        """Other whenever what is shown may be other: by text, ledger, settings or rules."""
        return f"{document.version}.{self.session.revision}.{self._epoch}"

    def opened(self, document: Document) -> None:
        """Push."""
        self._push(document)

    def changed(self, document: Document, change: Change) -> None:
        """Push, changed or not: a client may wait for its version's."""
        self._push(document)

    def scanned(self, document: Document) -> None:
        """A large document's findings are there."""
        if self.pull:
            self._refresh()
        else:
            self._push(document)

    def closed(self, uri: str) -> None:
        """What is not open is not judged."""
        if not self.pull:
            self._publish(uri, [])

    def leaks_changed(self, fingerprints: frozenset[str]) -> None:
        """Push where one of them stands, or have the client pull."""
        if self.pull:
            self._refresh()
            return
        for document in list(self.session.documents.values()):
            if any(finding.fingerprint in fingerprints for finding in document.findings):
                self._push(document)

    def refreshed(self) -> None:
        """Push all, or have the client pull."""
        if self.pull:
            self._refresh()
            return
        for document in list(self.session.documents.values()):
            self._push(document)

    def _refresh(self) -> None:
        self._epoch += 1
        self.session.server.workspace_diagnostic_refresh(None)

    def _push(self, document: Document) -> None:
        if not self.pull:
            self._publish(
                document.uri, diagnostics(self.session, document), version=document.version
            )

    def _publish(self, uri: str, items: list[dict[str, Any]], **more: int) -> None:
        self.session.server.protocol.send_plain(
            "textDocument/publishDiagnostics", {"uri": uri, **more, "diagnostics": items}
        )
