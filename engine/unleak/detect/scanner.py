"""Find secrets and personal data in a text, each with its exact span."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace

from unleak.core.finding import ALERT_SCORE, Finding
from unleak.core.secret import Fingerprinter
from unleak.detect.checks import CHECKS, entropy, is_placeholder
from unleak.detect.classifier import shipped
from unleak.detect.detect_secrets_source import Source
from unleak.detect.features import Candidate
from unleak.detect.prefilter import Line, Prefilter
from unleak.detect.rule import LONGEST_BLOCK, Rule
from unleak.detect.rules import all_rules

_ALLOW = re.compile(r"(?:unleak|gitleaks):\s?allow|pragma:\s?allowlist secret", re.IGNORECASE)


class Scanner:
    """Scans texts; holds no state between them, so threads may share one.

    Every line is scanned by itself, except by rules for blocks of lines. What loose rules find
    is judged by the classifier, unless `classifier` is off.
    """

    def __init__(
        self,
        fingerprinter: Fingerprinter,
        rules: Iterable[Rule] | None = None,
        classifier: bool = True,
    ) -> None:
        self.fingerprinter = fingerprinter
        self._classified = classifier
        self._rules = tuple(rules) if rules is not None else all_rules()
        self.loose = frozenset(rule.id for rule in self._rules if rule.loose)
        self._source = Source() if rules is None else None
        further = self._source.keywords if self._source else ()
        self._prefilter = Prefilter([*(rule.keywords for rule in self._rules), *further])

    def scan(self, text: str) -> list[Finding]:
        """Findings in the order of the text; none overlaps another."""
        return without_overlaps(f for line in self.lines(text) for f in self.in_line(text, line))

    def lines(self, text: str) -> list[Line]:
        """The lines in which there may be something to find."""
        return list(self._prefilter.lines(text))

    def opens_block(self, line: Line) -> bool:
        """Whether a block of lines may start in a line."""
        own = (entry for entry in line.entries if entry < len(self._rules))
        return any(self._rules[entry].multiline for entry in own)

    def in_line(self, text: str, line: Line) -> Iterator[Finding]:
        """What rules find in a line, overlapping or not; only a block goes on behind it."""
        found = [f for f in self._in_line(text, line) if not _allowed(text, line, f)]
        return self._judged(text, line, found) if self._classified else iter(found)

    def _judged(self, text: str, line: Line, found: list[Finding]) -> Iterator[Finding]:
        loose = [f for f in found if f.rule in self.loose]
        scores: dict[int, float] = {}
        if loose:
            own = text[line.start : line.end].removesuffix("\r")
            candidates = [
                Candidate(f.rule, f.score, own, f.start - line.start, f.end - line.start)
                for f in loose
            ]
            scores = dict(zip(map(id, loose), shipped().scores(candidates), strict=True))
        for f in found:
            score = scores.get(id(f), f.score)
            yield replace(f, score=score, alert=score >= ALERT_SCORE)

    def _in_line(self, text: str, line: Line) -> Iterator[Finding]:
        own = text[line.start : line.end].removesuffix("\r")
        for entry in line.entries:
            if entry >= len(self._rules):
                if self._source:
                    for hit in self._source.hits(entry - len(self._rules), own):
                        if not is_placeholder(hit.value):
                            yield self._finding(
                                hit.rule, hit.kind, line.start + hit.start, hit.value, hit.score
                            )
                continue
            rule = self._rules[entry]
            where = text[line.start : line.start + LONGEST_BLOCK] if rule.multiline else own
            for match in rule.regex.finditer(where):
                if match.start() > len(own):
                    break  # it will be found from its own line
                value = match["value"]
                if rule.min_entropy and entropy(value) < rule.min_entropy:
                    continue
                if rule.check and not CHECKS[rule.check](value):
                    continue
                start = line.start + match.start("value")
                yield self._finding(rule.id, rule.kind, start, value, rule.score)

    def _finding(self, rule: str, kind: str, start: int, value: str, score: float) -> Finding:
        secret = self.fingerprinter.secret(value, kind)
        return Finding(rule, start, start + len(value), score, score >= ALERT_SCORE, secret)


def without_overlaps(found: Iterable[Finding]) -> list[Finding]:
    """Of findings that overlap keep the surest, then the longest."""
    kept: list[Finding] = []  # by start; their ends ascend, too
    for finding in sorted(found, key=lambda f: (-f.score, f.start - f.end, f.start)):
        at = bisect_left(kept, finding.start, key=lambda f: f.start)
        free_before = at == 0 or kept[at - 1].end <= finding.start
        free_behind = at == len(kept) or finding.end <= kept[at].start
        if free_before and free_behind:
            kept.insert(at, finding)
    return kept


def _allowed(text: str, line: Line, finding: Finding) -> bool:
    end = line.end
    if finding.end > end:
        block = line.start + LONGEST_BLOCK
        end = text.find("\n", finding.end, block)
        end = end if end >= 0 else block
    return bool(_ALLOW.search(text, line.start, end))
