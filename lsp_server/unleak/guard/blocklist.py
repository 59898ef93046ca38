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

    def spans(self, text: str, since: int) -> Iterator[tuple[int, int]]:
        """Where in a text blocked secrets stand that end behind `since`."""
        if not self._lengths:
            return
        fingerprint = self._fingerprinter.fingerprint
        for line in re.finditer(r"[^\n]+", text[max(0, since - self.longest) :]):
            offset = max(0, since - self.longest)
            for match in _START.finditer(text, offset + line.start(), offset + line.end()):
                start = match.start()
                for length in self._lengths:
                    end = start + length
                    if end > offset + line.end():
                        break
                    if end > since and fingerprint(text[start:end]) in self._prints:
                        yield start, end

    def clear(self, text: str) -> int:
        """The place before which no blocked secret can begin that is not complete yet."""
        if not self._lengths:
            return len(text)
        earliest = max(text.rfind("\n") + 1, len(text) - self.longest + 1)
        match = _START.search(text, earliest)
        return match.start() if match else len(text)
