"""Find the secrets of the engine's block list in a text, of which only the fingerprints are known.

Every stretch of text that has the length of a blocked secret is looked up by its fingerprint,
whatever its format, if it starts where a word does and has no line end in it. (A secret of several
lines, or longer than LONGEST, is recognised where a rule finds it.) With n fingerprints a stretch
is one of them by chance with probability n * 2^-96.
"""

import re
from collections.abc import Iterator

from unleak.core.secret import Fingerprinter
from unleak.service.contract import BlockList

LONGEST = 512  # characters
SHORTEST = 4
NOTHING = BlockList(0, frozenset(), frozenset())
# A word starts where no letter or digit precedes one, or behind an escape (\n, %3D).
_LINE = re.compile(r"[^\n]+")
_START = re.compile(r"(?<![A-Za-z0-9])|(?=[^A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})")


class Blocked:
    """A block list, ready to be asked."""

    def __init__(self, fingerprinter: Fingerprinter, blocked: BlockList = NOTHING) -> None:
        self._fingerprinter = fingerprinter
        self._prints = blocked.fingerprints
        self.revision = blocked.revision
        lengths = sorted(n for n in blocked.lengths if SHORTEST <= n <= LONGEST)
        self._lengths = lengths if self._prints else []
        self.longest = max(self._lengths, default=0)

    def __len__(self) -> int:
        return len(self._prints)

    def holds(self, fingerprint: str) -> bool:
        """Whether a fingerprint is in the list."""
        return fingerprint in self._prints

    def spans(self, text: str, since: int, begin: int = -1) -> Iterator[tuple[int, int]]:
        """Where in a text blocked secrets stand that end behind `since`.

        Args:
            text, since: as said.
            begin: a place that starts a word whatever stands before it.
        """
        if not self._lengths:
            return
        first = max(0, since - self.longest)
        for line in _LINE.finditer(text, first):
            for start in self._starts(text, line.start(), line.end(), begin):
                for length in self._lengths:
                    end = start + length
                    if end > line.end():
                        break
                    if end > since and self.holds(self._fingerprinter.fingerprint(text[start:end])):
                        yield start, end

    def clear(self, text: str, begin: int = -1) -> int:
        """The place before which no blocked secret can begin that is not complete yet."""
        if not self._lengths:
            return len(text)
        earliest = max(text.rfind("\n") + 1, len(text) - self.longest + 1)
        return next(self._starts(text, earliest, len(text), begin), len(text))

    def _starts(self, text: str, first: int, behind: int, begin: int) -> Iterator[int]:
        """Places in a line where a word starts, in order."""
        due = first <= begin < behind
        for match in _START.finditer(text, first, behind):
            if due and match.start() >= begin:
                due = False
                if match.start() > begin:
                    yield begin
            if match.start() < behind:
                yield match.start()
        if due:
            yield begin
