"""Scan a text while it is still being written, chunk by chunk.

A finding is final when nothing that may follow can change it: when its line has ended and no block
of lines (a private key) that started before it may still go on. The final findings are those of
one scan of the whole text, however it was cut into chunks. Until then findings are provisional:
good for an underline, not for a hand-off.

The one exception keeps memory bounded: where blocks follow each other for over LONGEST_OPEN
characters with no line between them, which only a hostile text does, findings are final there.
"""

from dataclasses import dataclass, replace

from unleak.core.finding import Finding
from unleak.detect.prefilter import folded, line_end
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

    def feed(self, chunk: str) -> Progress:
        """Add a chunk. Offsets count from the start of the text."""
        final: list[Finding] = []
        self._open += chunk
        found = self._scanner.scan(self._open)
        cut = self._cut(found)
        if cut:
            final = self._moved([f for f in found if f.start < cut])
            found = [f for f in found if f.start >= cut]
        provisional = self._moved(found)
        self._open = self._open[cut:]
        self._offset += cut
        return Progress(final, provisional)

    def close(self) -> list[Finding]:
        """End the text: what was provisional is final now."""
        found = self._moved(self._scanner.scan(self._open))
        self._offset += len(self._open)
        self._open = ""
        return found

    def _moved(self, found: list[Finding]) -> list[Finding]:
        return [replace(f, start=f.start + self._offset, end=f.end + self._offset) for f in found]

    def _cut(self, found: list[Finding]) -> int:
        """How much of the open text is final: whole lines."""
        small = folded(self._open)
        limit = len(small)
        for block in self._scanner.blocks(self._open):
            if block + LONGEST_BLOCK > len(small):
                limit = block
                break
        starts = [0]
        while True:
            end = line_end(small, starts[-1])
            if end == len(small):  # it may go on
                break
            starts.append(end + (small[end : end + 1] == b"\n"))
        possible = [start for start in starts if start <= limit]
        for start in reversed(possible):
            # A block that is complete may reach into lines that are not.
            if not any(f.start < start < f.end for f in found):
                return start if start or len(small) <= LONGEST_OPEN else possible[-1]
        return 0
