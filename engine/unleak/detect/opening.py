"""What at the end of a text may still become a finding when more is written.

The value of most rules has no blank in it: it is in the last word, if anywhere. The patterns of the
others (`Rule.spaced`) are matched partially, as far as the text goes: by the regex library, as
`re` cannot do so. Where no path through a pattern reaches the end of the text, nothing that follows
can lead to a match from there, so a place that was given up is never looked at again.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

import regex

from unleak.detect.rule import Rule

# Noncharacters behind a pattern: no text has them, so that no match is ever whole, and a partial
# one says that a path reached the end.
_NEVER = "\U0010ffff\U0010fffe"
_VALUE = "(?P<value>"
_FLAGS = regex.compile(r"((?:\(\?[a-zA-Z]+\))?)(.*)", regex.DOTALL)  # for all of a pattern


class Opening:
    """One rule, matched partially."""

    def __init__(self, rule: Rule) -> None:
        self._pattern = rule.pattern
        self.multiline = rule.multiline

    @cached_property
    def _whole(self) -> "regex.Pattern[str] | None":
        flags, pattern = _FLAGS.match(self._pattern).groups()
        return _compiled(f"{flags}(?:{pattern}){_NEVER}")

    @cached_property
    def _head(self) -> "regex.Pattern[str] | None":
        """What stands before the value; None if the pattern cannot be cut there."""
        before, value, _ = self._pattern.partition(_VALUE)
        return _compiled(before) if value else None

    def alive(self, text: str, start: int) -> Iterator[tuple[int, bool]]:
        """Places from `start` on where a match may begin, and whether its value may have begun."""
        if self._whole is None:  # a pattern that only `re` understands: anything may become one
            yield start, True
            return
        while (match := self._whole.search(text, start, partial=True)) and match.start() < len(
            text
        ):
            begun = self._head is None or self._head.match(text, match.start()) is not None
            yield match.start(), begun
            start = match.start() + 1


def _compiled(pattern: str) -> "regex.Pattern[str] | None":
    try:
        return regex.compile(pattern)
    except regex.error:
        return None


class Openings:
    """The state of all spaced rules over one text to which more is added.

    Offsets count from the start of what is still held of it.
    """

    def __init__(self, openings: Sequence[Opening]) -> None:
        self._openings = openings
        self._from = [0] * len(openings)  # no match begins before

    def look(self, text: str, line: int) -> tuple[int, int]:
        """Where the first value may have begun, and where the first block may have begun.

        Args:
            line: the start of the last line, in which all but blocks lie.

        Returns:
            The length of the text where there is none.
        """
        value = block = len(text)
        for number, opening in enumerate(self._openings):
            start = self._from[number]
            if not opening.multiline:
                start = max(start, line)
            first = len(text)
            for place, begun in opening.alive(text, start):
                first = min(first, place)
                if opening.multiline:
                    block = min(block, place)
                if begun:
                    value = min(value, place)
                    break
            self._from[number] = first
        return value, block

    def forget(self, length: int) -> None:
        """Leave out the start of the text."""
        self._from = [max(0, start - length) for start in self._from]
