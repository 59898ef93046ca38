"""Scan a text while it is still being written, chunk by chunk.

A finding is final when nothing that may follow can change it: when its line has ended and no block
of lines (a private key) that started before it may still go on. The final findings are those of
one scan of the whole text, however it was cut into chunks. Until then findings are provisional:
good for an underline, not for a hand-off.

The one exception keeps memory bounded: where blocks, or comments that allow the next line, follow
each other for over LONGEST_OPEN characters with no line between them, which only a hostile text
does, findings are final there.
"""

from dataclasses import dataclass, replace

from unleak.core.finding import Finding
from unleak.detect.markers import follows_comment
from unleak.detect.prefilter import Line, line_end
from unleak.detect.rule import LONGEST_BLOCK
from unleak.detect.scanner import Scanner

LONGEST_OPEN = 6 * LONGEST_BLOCK  # characters held


@dataclass(frozen=True, slots=True)
class Progress:
    """What a chunk brought: new final findings, and all provisional ones as they are now."""

    final: list[Finding]
    provisional: list[Finding]


class StreamScanner:
    """One text; its state is the lines that are not final yet, which are bounded in length."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._open = ""  # what is not final yet
        self._offset = 0  # of its start in the whole text
        self._continues = False  # whether it starts inside of a line

    def feed(self, chunk: str) -> Progress:
        """Add a chunk. Offsets count from the start of the text."""
        final: list[Finding] = []
        self._open += chunk
        lines = self._scanner.lines(self._open)
        found = self._scanner.scan_lines(self._open, lines, self._continues)
        cut = self._cut(lines, found)
        if cut:
            self._continues = self._open[cut - 1] != "\n"
            final = self._moved([f for f in found if f.start < cut])
            found = [f for f in found if f.start >= cut]
        provisional = self._moved(found)
        self._open = self._open[cut:]
        self._offset += cut
        return Progress(final, provisional)

    def close(self) -> list[Finding]:
        """End the text: what was provisional is final now."""
        lines = self._scanner.lines(self._open)
        found = self._moved(self._scanner.scan_lines(self._open, lines, self._continues))
        self._offset += len(self._open)
        self._open = ""
        return found

    def _moved(self, found: list[Finding]) -> list[Finding]:
        return [replace(f, start=f.start + self._offset, end=f.end + self._offset) for f in found]

    def _cut(self, lines: list[Line], found: list[Finding]) -> int:
        """How much of the open text is final: whole lines."""
        limit = len(self._open)
        for line in lines:
            if line.start + LONGEST_BLOCK > limit and self._scanner.opens_block(line):
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
