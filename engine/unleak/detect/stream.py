"""Scan a text while it is still being written, chunk by chunk.

A finding is final when nothing that may follow can change it. The final findings are those of one
scan of the whole text, however it was cut into chunks. Until then findings are provisional: good
for an underline, not for a hand-off.

How much of the text is settled is said along: no finding that is not final yet begins before that
place, so it may be shown. What is not settled is the tail that could still become a secret: the
last word, a value with blanks that has begun, a block of lines (a private key) that has. Where
comments may allow a finding, whole lines are settled, as the comment may come last.

The one exception keeps memory bounded: where blocks, or comments that allow the next line, follow
each other for over LONGEST_OPEN characters with no line between them, which only a hostile text
does, findings are final there.
"""

from dataclasses import dataclass, replace

from unleak.core.finding import Finding
from unleak.detect.markers import follows_comment
from unleak.detect.opening import Openings
from unleak.detect.prefilter import LONGEST_LINE, Line, line_end
from unleak.detect.rule import LONGEST_BLOCK
from unleak.detect.scanner import Scanner, without_overlaps

LONGEST_OPEN = 6 * LONGEST_BLOCK  # characters held
# What follows a name or a value may still rule it out; no pattern looks further ahead.
_AHEAD = 48
_STEP = 1024  # a long line is looked at each time it has grown by so much


@dataclass(frozen=True, slots=True)
class Progress:
    """What a chunk brought: new final findings, and all provisional ones as they are now.

    settled: the place before which nothing can change any more.
    """

    final: list[Finding]
    provisional: list[Finding]
    settled: int


class StreamScanner:
    """One text; its state is the lines that are not final yet, which are bounded in length."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._open = ""  # what is not final yet
        self._offset = 0  # of its start in the whole text
        self._continues = False  # whether it starts inside of a line
        self._settled = 0  # in the open text; findings before it were given out
        self._openings = Openings(scanner.openings)
        known = scanner.known.entries.lengths if scanner.known else ()
        self._longest_known = max(known, default=0)

    @property
    def held(self) -> int:
        """How many characters are not settled."""
        return len(self._open) - self._settled

    def feed(self, chunk: str, *, provisional: bool = True) -> Progress:
        """Add a chunk. Offsets count from the start of the text.

        Args:
            provisional: off, provisional findings are not looked for: most chunks cost little then.
        """
        self._open += chunk
        value, block = self._openings.look(self._open, self._open.rfind("\n") + 1)
        if not (provisional or self._may_settle(len(chunk), value)):
            return Progress([], [], self._offset + self._settled)
        lines = self._scanner.lines(self._open)
        candidates = self._scanner.candidates(self._open, lines, self._continues)
        found = without_overlaps(candidates)
        cut = self._cut(lines, found, block)
        settled = max(self._settled, cut)
        if not self._scanner.markers:
            settled = max(settled, self._clear(value, candidates))
        final = self._moved([f for f in found if self._settled <= f.start < settled])
        open_still = self._moved([f for f in found if f.start >= settled])
        self._settled = settled
        self._forget(cut)
        return Progress(final, open_still, self._offset + self._settled)

    def close(self, following: str = "") -> list[Finding]:
        """End the text: what was provisional is final now.

        Args:
            following: what stands behind the text without being part of it, up to the end of the
                line: a quote that closes a value, say.
        """
        end = len(self._open)
        whole = self._open + following
        lines = self._scanner.lines(whole)
        found = self._scanner.scan_lines(whole, lines, self._continues)
        new = self._moved([f for f in found if self._settled <= f.start < end])
        self._offset += end
        self._open, self._settled = "", 0
        return new

    def _forget(self, cut: int) -> None:
        if cut:
            self._continues = self._open[cut - 1] != "\n"
            self._open = self._open[cut:]
            self._offset += cut
            self._settled -= cut
            self._openings.forget(cut)

    def _moved(self, found: list[Finding]) -> list[Finding]:
        return [replace(f, start=f.start + self._offset, end=f.end + self._offset) for f in found]

    def _may_settle(self, new: int, value: int) -> bool:
        """Whether a look at the findings can settle anything, or is due for a long line."""
        length = len(self._open)
        if length >= LONGEST_LINE and length // _STEP > (length - new) // _STEP:
            return True
        if self._scanner.markers:
            return "\n" in self._open[length - new :]
        return self._unbegun(value) > self._settled

    def _unbegun(self, value: int) -> int:
        """The place before which no finding that is not complete yet can begin.

        Args:
            value: where the first value with blanks may have begun.
        """
        text = self._open
        word = max(text.rfind(" "), text.rfind("\t"), text.rfind("\n")) + 1
        return min(word, value, max(0, len(text) - self._longest_known))

    def _clear(self, value: int, candidates: list[Finding]) -> int:
        """The place before which no finding can begin, change or vanish, whatever follows."""
        text = self._open
        clear = self._unbegun(value)
        for candidate in sorted(candidates, key=lambda f: -f.end):
            # One that overlaps what may change is changed with it.
            if candidate.end > min(clear, len(text) - _AHEAD):
                clear = min(clear, candidate.start)
        return clear

    def _cut(self, lines: list[Line], found: list[Finding], block: int) -> int:
        """How much of the open text is final: whole lines.

        Args:
            block: where the first block of lines may have begun.
        """
        limit = len(self._open)
        for line in lines:
            reaches = line.start + LONGEST_BLOCK > limit and line.end >= block
            if reaches and self._scanner.opens_block(line):
                limit = line.start
                break
        starts = [0]
        while (end := line_end(self._open, starts[-1])) < len(self._open):  # else it may go on
            starts.append(end + (self._open[end] == "\n"))
        starts = [start for start in starts if start <= limit]
        # A comment that allows the next line is held together with it.
        possible = [s for s in starts if not follows_comment(self._open, s, self._continues)]
        # A block that is complete may reach into lines that are not.
        cut = max(s for s in possible if not any(f.start < s < f.end for f in found))
        return cut if cut or len(self._open) <= LONGEST_OPEN else starts[-1]
