"""A document's findings as LSP diagnostics, as plain JSON: a keystroke waits for it."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from unleak.core.finding import Finding
from unleak.lsp.describe import reference, sentence, severity, verdict_of
from unleak.lsp.document import Document
from unleak.lsp.wire import types

if TYPE_CHECKING:
    from unleak.lsp.session import Session

MOST: Final = 1_000  # diagnostics of one document
_RELATED: Final = 5  # places that one diagnostic names
_OTHERS: Final = 50  # open documents that are looked through for them


def diagnostics(session: "Session", document: Document) -> list[dict[str, Any]]:
    """One a finding; `data` carries the leak's id and the fingerprint, never the secret."""
    findings = session.visible(document)
    session.look_up(finding.fingerprint for finding in findings)
    places = _Places(session, document, findings)
    found = [_diagnostic(session, document, f, places) for f in findings[:MOST]]
    if len(findings) > MOST:
        found.append(_more(len(findings) - MOST))
    return found


def _diagnostic(
    session: "Session", document: Document, finding: Finding, places: "_Places"
) -> dict[str, Any]:
    view = session.view(finding.fingerprint)
    verdict = verdict_of(document, finding, view)
    found: dict[str, Any] = {
        "range": range_json(document.range(finding.start, finding.end)),
        "severity": severity(finding, verdict, view),
        "code": finding.rule,
        "source": "unleak",
        "message": sentence(finding, verdict, view),
        "data": {
            "leak": view.id if view else None,
            "fingerprint": finding.fingerprint,
            "kind": finding.kind,
            "verdict": str(verdict),
        },
    }
    if href := reference(document, finding.rule):
        found["codeDescription"] = {"href": href}
    if related := places.beside(finding):
        found["relatedInformation"] = related
    return found


def range_json(where: types.Range) -> dict[str, Any]:
    """A range as it travels."""
    return {
        "start": {"line": where.start.line, "character": where.start.character},
        "end": {"line": where.end.line, "character": where.end.character},
    }


def _more(count: int) -> dict[str, Any]:
    zero = {"line": 0, "character": 0}
    return {
        "range": {"start": zero, "end": zero},
        "severity": int(types.DiagnosticSeverity.Information),
        "source": "unleak",
        "message": f"{count} more findings in this file are not shown; `unleak scan` lists them",
    }


class _Places:
    """Where else the secrets of a document stand, in it and in other open ones."""

    def __init__(self, session: "Session", document: Document, findings: list[Finding]) -> None:
        self._document = document
        self._own: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            self._own[finding.fingerprint].append(finding)
        self._others: list[tuple[Document, Finding]] = []
        if findings and session.related_information:
            for other in list(session.documents.values())[:_OTHERS]:
                if other is not document:
                    for finding in other.findings[:MOST]:
                        if finding.fingerprint in self._own:
                            self._others.append((other, finding))
        self._wanted = session.related_information

    def beside(self, finding: Finding) -> list[dict[str, Any]]:
        """The other places of the same secret, as related information."""
        own = self._own[finding.fingerprint]
        if not self._wanted or (len(own) == 1 and not self._others):
            return []
        here = [(self._document, f) for f in own if f is not finding]
        there = [(d, f) for d, f in self._others if f.fingerprint == finding.fingerprint]
        return [
            {
                "location": {
                    "uri": document.uri,
                    "range": range_json(document.range(other.start, other.end)),
                },
                "message": f"the same {finding.kind}",
            }
            for document, other in (here[:_RELATED] + there)[:_RELATED]
        ]
