"""Find secrets and personal data in a text, each with its exact span."""

import re
from collections.abc import Iterable

from unleak.core.finding import Finding
from unleak.core.secret import Fingerprinter
from unleak.detect.checks import CHECKS, entropy, is_placeholder
from unleak.detect.detect_secrets_source import Source
from unleak.detect.rule import Rule
from unleak.detect.rules import all_rules

ALERT_SCORE = 0.75  # from here on a person is warned; anything below is redacted only
_ALLOW = re.compile(r"(?:unleak|gitleaks):\s?allow|pragma:\s?allowlist secret", re.IGNORECASE)


class Scanner:
    """Scans texts; holds no state between them, so threads may share one."""

    def __init__(self, fingerprinter: Fingerprinter, rules: Iterable[Rule] | None = None) -> None:
        self._fingerprinter = fingerprinter
        self._rules = tuple(rules) if rules is not None else all_rules()
        self._source = Source() if rules is None else None

    def scan(self, text: str) -> list[Finding]:
        """Findings in the order of the text; none overlaps another."""
        lower = text.lower()
        found: list[Finding] = []
        for rule in self._rules:
            if rule.keywords and not any(keyword in lower for keyword in rule.keywords):
                continue
            for match in rule.regex.finditer(text):
                value = match["value"]
                if entropy(value) < rule.min_entropy:
                    continue
                if rule.check and not CHECKS[rule.check](value):
                    continue
                found.append(
                    self._finding(rule.id, rule.kind, match.start("value"), value, rule.score)
                )
        if self._source:
            for hit in self._source.hits(text):
                if not is_placeholder(hit.value):
                    found.append(self._finding(hit.rule, hit.kind, hit.start, hit.value, hit.score))
        return [f for f in _without_overlaps(found) if not _allowed(text, f)]

    def _finding(self, rule: str, kind: str, start: int, value: str, score: float) -> Finding:
        secret = self._fingerprinter.secret(value, kind)
        return Finding(rule, start, start + len(value), score, score >= ALERT_SCORE, secret)


def _without_overlaps(found: list[Finding]) -> list[Finding]:
    """Of findings that overlap keep the surest, then the longest."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: (-f.score, f.start - f.end, f.start)):
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda f: f.start)


def _allowed(text: str, finding: Finding) -> bool:
    start = text.rfind("\n", 0, finding.start) + 1
    end = text.find("\n", finding.end)
    return bool(_ALLOW.search(text, start, end if end >= 0 else len(text)))
