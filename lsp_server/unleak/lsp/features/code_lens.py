"""Code lenses above findings, for those who want them: setting `codeLens.enable`."""

from typing import Any

from unleak.core.states import Verdict
from unleak.lsp.describe import ERASABLE, model_of, verdict_of
from unleak.lsp.features.feature import Feature
from unleak.lsp.findings_json import range_json
from unleak.lsp.wire import types


class CodeLens(Feature):
    """Confirm what is not known, erase what is."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        session.server.answer(
            types.TEXT_DOCUMENT_CODE_LENS, self._lenses, types.CodeLensOptions(False)
        )

    def _lenses(self, params: types.CodeLensParams) -> list[dict[str, Any]]:
        document = self.session.documents.get(params.text_document.uri)
        if document is None or not self.session.settings["codeLens.enable"]:
            return []
        lenses = []
        for finding in self.session.visible(document):
            view = self.session.view(finding.fingerprint)
            verdict = verdict_of(document, finding, view)
            if verdict == Verdict.UNKNOWN:
                command = {
                    "title": f"{finding.kind}: ask the model whether it memorised it",
                    "command": "unleak.confirm",
                    "arguments": [
                        {
                            "leak": view.id if view else None,
                            "uri": document.uri,
                            "fingerprint": finding.fingerprint,
                        }
                    ],
                }
            elif verdict == Verdict.MEMORISED and view and view.state in ERASABLE:
                command = {
                    "title": f"erase this leak from {model_of(view)}",
                    "command": "unleak.erase",
                    "arguments": [{"leaks": [view.id]}],
                }
            else:
                continue
            start = document.position(finding.start)
            lenses.append({"range": range_json(types.Range(start, start)), "command": command})
        return lenses

    def leaks_changed(self, fingerprints: frozenset[str]) -> None:
        """Ask the client to ask again."""
        self._refresh()

    def refreshed(self) -> None:
        """Ask the client to ask again."""
        self._refresh()

    def _refresh(self) -> None:
        workspace = self.session.capabilities.workspace
        if (
            self.session.settings["codeLens.enable"]
            and workspace
            and workspace.code_lens
            and workspace.code_lens.refresh_support
        ):
            self.session.server.workspace_code_lens_refresh(None)
