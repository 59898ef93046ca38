"""Which rules are worth running on which lines: all keywords are looked for in one pass."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

# A longer line is cut, so that one line costs bounded time and memory. A cut falls behind a
# separator if there is one near, so that it goes through no value.
LONGEST_LINE = 16384
_NEAR = 2048
# The matches of all keywords in so many characters are held at once: up to 600 bytes for each.
_SLAB = 65536
# Letters, digits, - and _ in a row that make a run: as a pattern, and as bytes behind _SHAPE.
_LONG = 24
LONG_RUN = re.compile(rf"[A-Za-z0-9_\-]{{{_LONG}}}")
DIGIT = re.compile(r"[0-9]|[A-Za-z]{16}")
_SEPARATORS = " \t\"'`,;"

_FOLD = bytes(
    ord("0") if 48 <= byte <= 57 else byte + 32 if 65 <= byte <= 90 else byte for byte in range(256)
)

_SHAPE = bytes(ord("a") if (chr(b).isalnum() and b < 128) or b in b"-_" else 32 for b in range(256))
_RUN = b"a" * _LONG


def folded(text: str) -> bytes:
    """One byte a code point: ASCII in lower case, every digit as 0, `?` beyond Latin-1.

    >>> folded("Key2")
    b'key0'
    """
    return text.encode("latin-1", "replace").translate(_FOLD)


def line_end(text: str, start: int) -> int:
    """Where the line that starts at `start` ends or is cut, its newline not included.

    A text that only goes on behind `start + LONGEST_LINE` has the same answer.
    """
    end = text.find("\n", start, start + LONGEST_LINE)
    if end >= 0:
        return end
    if len(text) < start + LONGEST_LINE:
        return len(text)
    limit = start + LONGEST_LINE
    separator = max(text.rfind(s, limit - _NEAR, limit) for s in _SEPARATORS)
    return separator + 1 if separator >= 0 else limit


def _slabs(text: str) -> Iterator[tuple[int, str]]:
    """A text in parts of whole lines, or whole pieces of a long one, each with its start."""
    start = 0
    while len(text) - start > _SLAB:
        end = text.rfind("\n", start, start + _SLAB) + 1
        if not end:
            end = start
            while end < min(start + _SLAB, len(text)) and text[end] != "\n":
                end = line_end(text, end)
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line, or piece of a long one, that is not empty."""
    start = 0
    while start < len(text):
        end = line_end(text, start)
        if end > start:
            yield start, end
        start = end + (text[end : end + 1] == "\n")


class Line(NamedTuple):
    """A line, or a piece of a long one, and which entries have a keyword in it."""

    start: int
    end: int
    entries: tuple[int, ...]


# (entry, start, end) of what was found in a text by other means, each inside a line, in any order.
Marks = Callable[[str], Iterable[tuple[int, int, int]]]


class Prefilter:
    """An Aho-Corasick automaton over the keywords of many entries; a digit stands for any digit.

    An entry without keywords is worth running on every line, one with None only where it is
    marked. `screens` says which entries are worth it only on lines where a pattern is found.
    Entries in `runs` are worth it where 24 letters, digits, - or _ stand in a row.
    """

    def __init__(
        self,
        keywords: Sequence[Sequence[str] | None],
        screens: Mapping[re.Pattern[str], Iterable[int]] | None = None,
        runs: Iterable[int] = (),
    ) -> None:
        masks: dict[bytes, int] = {}
        for index, words in enumerate(keywords):
            for word in words or ():
                masks[folded(word)] = masks.get(folded(word), 0) | 1 << index
        self._automaton = BytesAhoCorasick(list(masks))
        # Behind the keywords' masks stand those of the entries, for marks; then that of runs.
        entries = (1 << index for index in range(len(keywords)))
        self._masks = [*masks.values(), *entries, sum(1 << entry for entry in runs)]
        self._run_mark = len(self._masks) - 1
        self._first_mark = len(masks)
        self._screens = [
            (pattern, sum(1 << entry for entry in entries))
            for pattern, entries in (screens or {}).items()
        ]
        self._everywhere = [index for index, words in enumerate(keywords) if words == ()]

    def lines(self, text: str, marks: Marks | None = None) -> Iterator[Line]:
        """The lines with a keyword or a mark, in order."""
        for offset, slab in _slabs(text):
            for start, end, mask in self._masked(slab, marks(slab) if marks else ()):
                for pattern, screened in self._screens:
                    if mask & screened and not pattern.search(slab, start, end):
                        mask &= ~screened
                if mask:
                    yield Line(offset + start, offset + end, _bits(mask))

    def _runs(self, raw: bytes) -> Iterator[tuple[int, int, int]]:
        """A mark at both ends of each part of a run, as a cut may go through it."""
        shape = raw.translate(_SHAPE)
        at = shape.find(_RUN)
        while at >= 0:
            behind = at + len(_RUN)
            yield self._run_mark, at, at + 1
            yield self._run_mark, behind - 1, behind
            at = shape.find(_RUN, behind)

    def _masked(
        self, text: str, marks: Iterable[tuple[int, int, int]]
    ) -> Iterator[tuple[int, int, int]]:
        start = end = mask = 0
        raw = text.encode("latin-1", "replace")
        matches = self._automaton.find_matches_as_indexes(raw.translate(_FOLD), overlapping=True)
        further = [(self._first_mark + entry, at, behind) for entry, at, behind in marks]
        if self._masks[self._run_mark]:
            further += self._runs(raw)
        if self._everywhere:
            spans = list(pieces(text))
            further += ((self._first_mark + e, *span) for e in self._everywhere for span in spans)
        if further:
            matches = sorted([*matches, *further], key=itemgetter(2, 1))
        for pattern, at, behind in matches:
            if at >= end:
                if mask:
                    yield start, end, mask
                mask = 0
                start = max(end, text.rfind("\n", end, at) + 1)
                end = line_end(text, start)
                while end <= at:
                    start, end = end, line_end(text, end)
            if behind <= end:
                mask |= self._masks[pattern]
        if mask:
            yield start, end, mask


@lru_cache(16384)
def _bits(mask: int) -> tuple[int, ...]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return tuple(found)
