"""Hover: what it is, what the model did, and what to do. Never the secret."""

from typing import Any

from unleak.core.finding import Finding
from unleak.core.states import LeakState, Origin, Verdict
from unleak.lsp.describe import (
    model_of,
    origin_told,
    reference,
    shown_preview,
    verdict_of,
)
from unleak.lsp.document import Document
from unleak.lsp.features.feature import Feature
from unleak.lsp.findings_json import range_json
from unleak.lsp.wire import types
from unleak.service.contract import LeakView


class Hover(Feature):
    """One card a finding."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        session.server.answer(types.TEXT_DOCUMENT_HOVER, self._hover)

    def _hover(self, params: types.HoverParams) -> dict[str, Any] | None:
        document = self.session.documents.get(params.text_document.uri)
        if document is None:
            return None
        at = types.Range(params.position, params.position)
        visible = self.session.visible(document)
        finding = next((f for f in document.at(at) if f in visible), None)
        if finding is None:
            return None
        text = "\n\n".join(card(document, finding, self.session.view(finding.fingerprint)))
        return {
            "contents": {"kind": "markdown", "value": text},
            "range": range_json(document.range(finding.start, finding.end)),
        }


def card(document: Document, finding: Finding, view: LeakView | None) -> list[str]:
    """Paragraphs in Markdown."""
    verdict = verdict_of(document, finding, view)
    told = [f"**{finding.kind}** `{shown_preview(finding)}`"]
    told.append(_story(verdict, view, document.origins.get(finding.fingerprint, Origin.UNKNOWN)))
    if view:
        seen = f"seen {view.sightings} time{'s' if view.sightings != 1 else ''}"
        told.append(f"Leak `{view.id}`: {view.state}, {seen}, first {view.first_seen[:10]}.")
    if verdict == Verdict.INVENTED:
        told.append("To be done: put a setting or an environment variable in its place.")
    else:
        told.append(_first_step(finding, reference(document, finding.rule)))
    return [paragraph for paragraph in told if paragraph]


def _story(verdict: Verdict, view: LeakView | None, origin: Origin) -> str:
    where = origin_told(origin)
    came = f" First seen {where}." if where else ""
    evidence = f" {view.reason.rstrip('.')}." if view and view.reason else ""
    if view and view.state == LeakState.ERASED:
        return f"Erased from {model_of(view)}.{evidence}"
    if verdict == Verdict.MEMORISED:
        return f"**Memorised** by {model_of(view)}.{evidence}{came}"
    if verdict == Verdict.INVENTED:
        return f"**Invented** by {model_of(view)}.{evidence}{came}"
    if verdict == Verdict.ECHOED:
        return f"An **echo**: the completion repeated what stood here.{evidence}"
    return f"Whether a model memorised it is not known yet.{evidence}{came}"


def _first_step(finding: Finding, page: str) -> str:
    where = f" ([{finding.kind}, the provider's page]({page}))" if page else ""
    return (
        f"**Revoke or rotate it first**{where}: taking it out of a file or of a model does not "
        "un-leak a live key. Then put an environment variable in its place."
    )
