"""Findings, and where they stand in a text."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from unleak.core.secret import Secret

ALERT_SCORE = 0.75  # from here on a person is warned
REDACT_SCORE = 0.6  # from here on it is redacted; below it is a candidate, shown on request
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of some text that detect flagged.

    `start` and `end` are code-point offsets, end exclusive. `score` is in 0..1; `alert` says
    that it is high enough to warn a person (below that it is still worth redacting).
    """

    rule: str
    start: int
    end: int
    score: float
    alert: bool
    secret: Secret

    @property
    def kind(self) -> str:
        """What was found, for example `github-token`."""
        return self.secret.kind

    @property
    def fingerprint(self) -> str:
        """Keyed HMAC of the value."""
        return self.secret.fingerprint


class LineIndex:
    r"""Code-point offsets to lines and columns, both from 1. Lines end at \n, \r\n or \r."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def redact(text: str, findings: list[Finding], mask: str = "█") -> str:
    """The text with every finding replaced by a mask of the same length."""
    characters = list(text)
    for finding in findings:
        for i in range(finding.start, finding.end):
            if characters[i] not in "\r\n":
                characters[i] = mask
    return "".join(characters)
