"""Findings as LSP diagnostics."""

from lsprotocol import types

from unleak.core.finding import REDACT_SCORE, Finding
from unleak.core.formats import preview
from unleak.detect.scanner import Scanner


class Lines:
    r"""Code-point offsets to LSP positions in UTF-16 units.

    Lines end at \n, \r\n or \r only, as the protocol says; Python's own `splitlines` ends
    them at form feeds and U+2028 too.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def position(self, offset: int) -> types.Position:
        """The position of an offset."""
        before = self._text[:offset]
        lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return types.Position(len(lines) - 1, len(lines[-1].encode("utf-16-le")) // 2)


def diagnostics(scanner: Scanner, text: str) -> list[types.Diagnostic]:
    """One diagnostic a likely finding; `data` carries the fingerprint, never the secret."""
    lines = Lines(text)
    found = scanner.scan(text)
    return [_diagnostic(lines, finding) for finding in found if finding.score >= REDACT_SCORE]


def _diagnostic(lines: Lines, finding: Finding) -> types.Diagnostic:
    severity = types.DiagnosticSeverity
    return types.Diagnostic(
        range=types.Range(lines.position(finding.start), lines.position(finding.end)),
        message=f"{finding.kind}: {preview(finding.secret.reveal())}",
        severity=severity.Warning if finding.alert else severity.Information,
        code=finding.rule,
        source="unleak",
        data={"fingerprint": finding.fingerprint},
    )
