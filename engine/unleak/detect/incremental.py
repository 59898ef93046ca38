"""Scan a text that is being edited: a change costs the scan of the changed lines."""

from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate

from unleak.core.finding import Finding
from unleak.detect.markers import allows_next_line
from unleak.detect.prefilter import line_end
from unleak.detect.rule import LONGEST_BLOCK
from unleak.detect.scanner import Scanner, without_overlaps


class IncrementalScanner:
    r"""A text and what is found in it. Lines end at \n; lines and columns count from 0.

    After any edits the findings are those of one scan of the text. Putting them together costs a
    pass over the list of lines, but no look at the text.
    """

    def __init__(self, scanner: Scanner, text: str = "") -> None:
        self._scanner = scanner
        self._lines = [""]  # with their ends; the last has none
        self._found: list[list[Finding]] = [[]]  # of each line, with offsets from its start
        self._opens = [False]  # whether a block of lines may start there
        self.edit((0, 0), (0, 0), text)

    @property
    def text(self) -> str:
        """The text as it is now."""
        return "".join(self._lines)

    def edit(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Put `text` in the place of what stands from `start` to `end`.

        Args:
            start, end: (line, column), columns in code points. A place behind the end of its line
                is the end of the line, a line behind the last one the end of the text.
        """
        (first, column), (last, end_column) = self._place(start), self._place(end)
        changed = self._lines[first][:column] + text + self._lines[last][end_column:]
        lines = _split(changed)
        if last < len(self._lines) - 1:
            lines.pop()  # behind the end of a line that is not the last one
        self._lines[first : last + 1] = lines
        self._found[first : last + 1] = [[] for _ in lines]
        self._opens[first : last + 1] = [False] * len(lines)
        self._scan(first, first + len(lines))
        for line in self._blocks_before(first):
            self._scan(line, line + 1)

    def findings(self) -> list[Finding]:
        """Findings in the order of the text, offsets from its start; none overlaps another."""
        starts = accumulate(map(len, self._lines), initial=0)
        return without_overlaps(
            replace(f, start=f.start + start, end=f.end + start)
            for line, (start, found) in enumerate(zip(starts, self._found, strict=False))
            for f in (self._not_allowed_before(line) if found else ())
        )

    def _not_allowed_before(self, line: int) -> list[Finding]:
        own = self._lines[line].removesuffix("\n")
        before = self._lines[line - 1].removesuffix("\n") if line else ""
        allowed = allows_next_line(before) and line_end(own, 0) == len(own)
        return [] if allowed else self._found[line]

    def _place(self, place: tuple[int, int]) -> tuple[int, int]:
        line, column = place
        if line >= len(self._lines):
            return len(self._lines) - 1, len(self._lines[-1])
        return line, min(column, len(self._lines[line].removesuffix("\n")))

    def _scan(self, first: int, behind: int) -> None:
        own = "".join(self._lines[first:behind])
        starts = list(accumulate(map(len, self._lines[first:behind]), initial=0))
        found: list[list[Finding]] = [[] for _ in range(first, behind)]
        text = ""
        for line in self._scanner.lines(own):
            at = bisect_right(starts, line.start, hi=behind - first) - 1
            if self._scanner.opens_block(line):
                self._opens[first + at] = True
                text = text or own + self._following(behind)
            found[at] += (
                replace(f, start=f.start - starts[at], end=f.end - starts[at])
                for f in self._scanner.in_line(text or own, line)
            )
        self._found[first:behind] = found

    def _following(self, line: int) -> str:
        """As much of the text from a line on as a block that started before may reach."""
        parts, length = [], 0
        while line < len(self._lines) and length < LONGEST_BLOCK:
            parts.append(self._lines[line])
            length += len(self._lines[line])
            line += 1
        return "".join(parts)

    def _blocks_before(self, line: int) -> list[int]:
        """Earlier lines from which a block may reach a line."""
        found, length = [], 0
        while line > 0 and length < LONGEST_BLOCK:
            line -= 1
            length += len(self._lines[line])
            if self._opens[line]:
                found.append(line)
        return found


def _split(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [*(line + "\n" for line in lines), last]
