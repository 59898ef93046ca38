"""Which rules are worth running on which lines: all keywords are looked for in one pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick

# A longer line is cut, so that one line costs bounded time and memory. A cut falls behind a
# separator if there is one near, so that it goes through no value.
LONGEST_LINE = 16384
_NEAR = 2048
_SEPARATORS = " \t\"'`,;"

_FOLD = bytes(
    ord("0") if 48 <= byte <= 57 else byte + 32 if 65 <= byte <= 90 else byte for byte in range(256)
)


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


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a piece of a long one, and which entries have a keyword in it."""

    start: int
    end: int
    entries: list[int]


class Prefilter:
    """An Aho-Corasick automaton over the keywords of many entries; a digit stands for any digit."""

    def __init__(self, keywords: Sequence[Sequence[str]]) -> None:
        masks: dict[bytes, int] = {}
        for index, words in enumerate(keywords):
            for word in words:
                masks[folded(word)] = masks.get(folded(word), 0) | 1 << index
        self._masks = list(masks.values())
        self._automaton = BytesAhoCorasick(list(masks))

    def lines(self, text: str) -> Iterator[Line]:
        """The lines with a keyword, in order."""
        start = end = mask = 0
        matches = self._automaton.find_matches_as_indexes(folded(text), overlapping=True)
        for pattern, at, behind in matches:
            if at >= end:
                if mask:
                    yield Line(start, end, _bits(mask))
                mask = 0
                start = max(end, text.rfind("\n", end, at) + 1)
                end = line_end(text, start)
                while end <= at:
                    start, end = end, line_end(text, end)
            if behind <= end:
                mask |= self._masks[pattern]
        if mask:
            yield Line(start, end, _bits(mask))


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found
