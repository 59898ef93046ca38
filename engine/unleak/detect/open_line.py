"""The last line of a text, to which more is added: a look at it costs what was added."""

from unleak.core.finding import Finding
from unleak.detect.prefilter import Line
from unleak.detect.scanner import Scanner

# The match of a rule begins at most so many characters before its value.
REACH = 400


class OpenLine:
    """What is found in a line that still grows. Offsets count from the start of the line.

    Each rule that may find something in it goes on from the first place where a match may still
    begin: what was found before is certain.
    """

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._from: dict[int, int] = {}  # by entry: no new match begins before
        self._certain: list[Finding] = []

    def candidates(self, line: str, settled: int) -> list[Finding]:
        """What is found in the line as it is now; findings may overlap.

        Args:
            line: all of it, without its end.
            settled: what begins before is of no interest.
        """
        scanner = self._scanner
        window = max(0, settled - REACH)
        seen = scanner.lines(line[window:])
        own = Line(0, len(line), ())
        certain: list[Finding] = []
        open_still: list[Finding] = []
        for entry in {*self._from, *(entry for part in seen for entry in part.entries)}:
            rule = scanner.rule(entry)
            if rule is None:
                open_still += scanner.in_other_ways(entry, line[window:], window)
                continue
            start = self._from.get(entry, 0 if rule.spaced else window)
            first = scanner.openings[entry].first(line, start)
            for match in rule.regex.finditer(line, start):
                finding = scanner.matched(rule, match, 0)
                if match.start() < first:
                    first = max(first, match.end())
                    certain += (finding,) if finding else ()
                elif finding:
                    open_still.append(finding)
            self._from[entry] = first
        if certain:
            certain = scanner.screened(line, own, certain)
            self._certain += scanner.judged(line, 0, certain)
        if open_still:
            open_still = scanner.judged(line, 0, scanner.screened(line, own, open_still))
        # In the order of the rules: of findings that are as sure and as long, the first one stays.
        found = sorted(self._certain + open_still, key=lambda f: (scanner.place(f.rule), f.start))
        return scanner.alike(found)
