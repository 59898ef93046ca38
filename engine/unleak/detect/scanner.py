"""Find secrets and personal data in a text, each with its exact span."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from unleak.core.finding import ALERT_SCORE, REDACT_SCORE, Finding
from unleak.core.secret import Fingerprinter
from unleak.detect.checks import CHECKS, entropy, is_placeholder
from unleak.detect.classifier import shipped
from unleak.detect.detect_secrets_source import Source
from unleak.detect.features import Candidate
from unleak.detect.known import KNOWN, KNOWN_SCORE, Known
from unleak.detect.markers import allowed_by_line_before, allowed_in
from unleak.detect.prefilter import DIGIT, LONG_RUN, Line, Prefilter
from unleak.detect.rule import LONGEST_BLOCK, Rule
from unleak.detect.rules import all_rules
from unleak.detect.settings import NO_SETTINGS, Settings

if TYPE_CHECKING:
    from unleak.detect.opening import Opening


class Scanner:
    """Scans texts; holds no state between them, so threads may share one.

    Every line is scanned by itself, except by rules for blocks of lines. What loose rules find
    is judged by the classifier.

    Args:
        rules: in the place of all built-in ones.
        settings: what the user adds to them and takes away.
        known: secrets that are found whatever their format; its index was made with the
            fingerprinter's key.
        classifier: off, the scores are those of the rules.
        markers: off, no comment in the text allows anything: for a text that nobody answers for.
    """

    def __init__(
        self,
        fingerprinter: Fingerprinter,
        rules: Iterable[Rule] | None = None,
        *,
        settings: Settings = NO_SETTINGS,
        known: Known | None = None,
        classifier: bool = True,
        markers: bool = True,
    ) -> None:
        self.fingerprinter = fingerprinter
        self.settings = settings
        self.known = known
        self.markers = markers
        self._classified = classifier
        self._rules = settings.apply(all_rules() if rules is None else rules)
        self.loose = frozenset(rule.id for rule in self._rules if rule.loose)
        self._places = {rule.id: place for place, rule in enumerate(self._rules)}
        self._source = Source(settings.disabled) if rules is None else None
        further = self._source.keywords if self._source else ()
        runs = [entry for entry, rule in enumerate(self._rules) if rule.long and not rule.keywords]
        keywords = [
            *(None if entry in runs else rule.keywords for entry, rule in enumerate(self._rules)),
            *further,
        ]
        self._known_entry = len(keywords)
        screens = {
            LONG_RUN: [e for e, rule in enumerate(self._rules) if rule.long and rule.keywords],
            DIGIT: [entry for entry, rule in enumerate(self._rules) if rule.digit],
        }
        self._prefilter = Prefilter([*keywords, None], screens, runs)

    def scan(self, text: str) -> list[Finding]:
        """Findings in the order of the text; none overlaps another."""
        return self.scan_lines(text, self.lines(text))

    def scan_lines(
        self, text: str, lines: Iterable[Line], continues: bool = False
    ) -> list[Finding]:
        """Findings in some lines of a text, in their order; none overlaps another.

        Args:
            continues: whether the text starts inside of a line.
        """
        found = self.candidates(text, lines, continues)
        return without_overlaps(found) if found else found

    def candidates(
        self, text: str, lines: Iterable[Line], continues: bool = False
    ) -> list[Finding]:
        """What `scan_lines` chooses from: findings that may overlap."""
        found: list[Finding] = []
        for line in lines:
            own = self.in_line(text, line)
            if own and not (self.markers and allowed_by_line_before(text, line, continues)):
                found += own
        return found

    def lines(self, text: str) -> list[Line]:
        """The lines in which there may be something to find."""
        return list(self.each_line(text))

    def each_line(self, text: str) -> Iterator[Line]:
        """`lines`, one after the other: a part of the text at a time is looked at."""
        return self._prefilter.lines(text, self._known_marks if self.known else None)

    def _known_marks(self, text: str) -> Iterator[tuple[int, int, int]]:
        marks = self.known.marks(text) if self.known else ()
        return ((self._known_entry, *mark) for mark in marks)

    @cached_property
    def openings(self) -> "tuple[Opening, ...]":
        """The rules, to be matched partially; each is compiled when it is first asked."""
        # Slow to import, and only for a text that is still being written.
        from unleak.detect.opening import Opening

        return tuple(Opening(rule) for rule in self._rules)

    def opens_block(self, line: Line) -> bool:
        """Whether a block of lines may start in a line."""
        own = (entry for entry in line.entries if entry < len(self._rules))
        return any(self._rules[entry].multiline for entry in own)

    def in_line(self, text: str, line: Line) -> list[Finding]:
        """What rules find in a line, overlapping or not; only a block goes on behind it.

        What a comment on the line before allows is among it: see `unleak.detect.markers`.
        """
        found = self.screened(text, line, list(self._in_line(text, line)))
        if not found:
            return found
        return self.alike(self.judged(text[line.start : line.end], line.start, found))

    def screened(self, text: str, line: Line, found: list[Finding]) -> list[Finding]:
        """Findings of a line without what is allowed, known secrets named as such."""
        return _without(
            list(map(self._as_known, found)),
            lambda f: (self.markers and _allowed(text, line, f)) or self.settings.allow.value(f),
        )

    def judged(self, line: str, start: int, found: list[Finding]) -> list[Finding]:
        """Findings of a line that starts at an offset; the loose ones as the classifier sees them.

        The others come first.
        """
        loose = [finding for finding in found if finding.rule in self.loose]
        if not loose or not self._classified:
            return found
        own = line.removesuffix("\r")
        candidates = [
            Candidate(f.rule, f.score, own, f.start - start, f.end - start) for f in loose
        ]
        scores = shipped().scores(candidates)
        judged = (
            replace(f, score=score, alert=score >= ALERT_SCORE)
            for f, score in zip(loose, scores, strict=True)
        )
        return [*(f for f in found if f.rule not in self.loose), *judged]

    def alike(self, found: list[Finding]) -> list[Finding]:
        """Loose findings that overlap made alike, where they are judged; the others come first."""
        if not self._classified:
            return found
        loose = [finding for finding in found if finding.rule in self.loose]
        return [*(f for f in found if f.rule not in self.loose), *alike(loose)] if loose else found

    def _in_line(self, text: str, line: Line) -> Iterator[Finding]:
        own = text[line.start : line.end].removesuffix("\r")
        for entry in line.entries:
            if (rule := self.rule(entry)) is None:
                yield from self.in_other_ways(entry, own, line.start)
                continue
            where = text[line.start : line.start + LONGEST_BLOCK] if rule.multiline else own
            for match in rule.regex.finditer(where):
                if match.start() > len(own):
                    break  # it will be found from its own line
                if finding := self.matched(rule, match, line.start):
                    yield finding

    def rule(self, entry: int) -> Rule | None:
        """The rule of an entry; None for one that finds in another way."""
        return self._rules[entry] if entry < len(self._rules) else None

    def place(self, rule: str) -> int:
        """Where in the order of the rules one stands, by its id; what is no rule comes last."""
        return self._places.get(rule, len(self._rules))

    def in_other_ways(self, entry: int, own: str, start: int) -> Iterator[Finding]:
        """What an entry without a rule finds in a line that starts at an offset."""
        if entry == self._known_entry:
            for at, end in self.known.spans(own) if self.known else ():
                yield self._finding(KNOWN, KNOWN, start + at, own[at:end], KNOWN_SCORE)
        elif self._source:
            for hit in self._source.hits(entry - len(self._rules), own):
                if not is_placeholder(hit.value):
                    yield self._finding(hit.rule, hit.kind, start + hit.start, hit.value, hit.score)

    def matched(self, rule: Rule, match: re.Match[str], start: int) -> Finding | None:
        """What a match in a line, or a block, that starts at an offset finds."""
        value = match[rule.group]
        if not value:
            return None
        if rule.min_entropy and entropy(value) < rule.min_entropy:
            return None
        if rule.check and not CHECKS[rule.check](value):
            return None
        return self._finding(rule.id, rule.kind, start + match.start(rule.group), value, rule.score)

    def _as_known(self, finding: Finding) -> Finding:
        if self.known and self.known.holds(finding.fingerprint):
            return replace(finding, rule=KNOWN, score=KNOWN_SCORE, alert=True)
        return finding

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


def _without(found: list[Finding], allowed: Callable[[Finding], bool]) -> list[Finding]:
    """Take out what is allowed, and what a less sure rule sees in its place."""
    gone = [finding for finding in found if allowed(finding)]
    if not gone:
        return found
    return [
        f
        for f in found
        if f not in gone
        and not any(f.start < a.end and a.start < f.end and f.score <= a.score for a in gone)
    ]


def alike(found: Iterable[Finding]) -> list[Finding]:
    """Give findings that overlap and are worth redacting the score of the surest.

    They are one secret that several rules saw; the longest of them shall stay.
    """
    result: list[Finding] = []
    group: list[Finding] = []
    end = 0
    for finding in sorted(found, key=lambda f: f.start):
        if finding.score < REDACT_SCORE:
            result.append(finding)
            continue
        if finding.start >= end:
            result += _as_surest(group)
            group = []
        group.append(finding)
        end = max(end, finding.end)
    return result + _as_surest(group)


def _as_surest(group: list[Finding]) -> list[Finding]:
    score = max((finding.score for finding in group), default=0.0)
    return [replace(f, score=score, alert=score >= ALERT_SCORE) for f in group]


def _allowed(text: str, line: Line, finding: Finding) -> bool:
    end = line.end
    if finding.end > end:
        block = line.start + LONGEST_BLOCK
        end = text.find("\n", finding.end, block)
        end = end if end >= 0 else block
    return allowed_in(text, line.start, end, finding.rule)
