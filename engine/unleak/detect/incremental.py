"""Scan a text that is being edited: a change costs the scan of the changed lines."""

from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate, compress

from unleak.core.finding import Finding
from unleak.detect.markers import allows_next_line
from unleak.detect.prefilter import line_end
from unleak.detect.rule import LONGEST_BLOCK
from unleak.detect.scanner import Scanner, without_overlaps


class EditedText:
    r"""A text in lines, with their ends: an edit costs the lines it touches. Lines end at \n.

    `lines` is not to be changed from outside. Lines and columns count from 0.
    """

    def __init__(self, text: str = "") -> None:
        self.lines = [""]  # with their ends; the last has none
        self._starts: list[int] | None = None
        self.edit((0, 0), (0, 0), text)

    @property
    def text(self) -> str:
        """The text as it is now."""
        return "".join(self.lines)

    @property
    def starts(self) -> list[int]:
        """The offset of each line, and of the end of the text."""
        if self._starts is None:
            self._starts = list(accumulate(map(len, self.lines), initial=0))
        return self._starts

    def edit(self, start: tuple[int, int], end: tuple[int, int], text: str) -> range:
        """Put `text` in the place of what stands from `start` to `end`.

        Args:
            start, end: (line, column), columns in code points. A place behind the end of its line
                is the end of the line, a line behind the last one the end of the text. An end
                before the start counts as the start.
            text: what to put there.

        Returns:
            The lines that are new or changed.
        """
        (first, column), (last, end_column) = self._place(start), self._place(end)
        if (last, end_column) < (first, column):
            last, end_column = first, column
        changed = self.lines[first][:column] + text + self.lines[last][end_column:]
        lines = _split(changed)
        if last < len(self.lines) - 1:
            lines.pop()  # behind the end of a line that is not the last one
        self._replace(first, last + 1, lines)
        return range(first, first + len(lines))

    def _replace(self, first: int, behind: int, lines: list[str]) -> None:
        self.lines[first:behind] = lines
        self._starts = None

    def _place(self, place: tuple[int, int]) -> tuple[int, int]:
        line, column = place
        if line >= len(self.lines):
            return len(self.lines) - 1, len(self.lines[-1])
        return line, min(column, len(self.lines[line].removesuffix("\n")))


class IncrementalScanner(EditedText):
    r"""An edited text and what is found in it.

    After any edits the findings are those of one scan of the text. Putting them together costs a
    pass over the list of lines, but no look at the text.
    """

    def __init__(self, scanner: Scanner, text: str = "") -> None:
        self._scanner = scanner
        self._found: list[list[Finding]] = [[]]  # of each line, with offsets from its start
        self._opens = [False]  # whether a block of lines may start there
        super().__init__(text)

    def edit(self, start: tuple[int, int], end: tuple[int, int], text: str) -> range:
        """As in any edited text; the changed lines are scanned."""
        changed = super().edit(start, end, text)
        self._scan(changed.start, changed.stop)
        for line in self._blocks_before(changed.start):
            self._scan(line, line + 1)
        return changed

    def _replace(self, first: int, behind: int, lines: list[str]) -> None:
        super()._replace(first, behind, lines)
        self._found[first:behind] = [[] for _ in lines]
        self._opens[first:behind] = [False] * len(lines)

    def findings(self) -> list[Finding]:
        """Findings in the order of the text, offsets from its start; none overlaps another."""
        starts = self.starts
        return without_overlaps(
            replace(f, start=f.start + starts[line], end=f.end + starts[line])
            for line in compress(range(len(self._found)), self._found)
            for f in self._not_allowed_before(line)
        )

    def _not_allowed_before(self, line: int) -> list[Finding]:
        own = self.lines[line].removesuffix("\n")
        before = self.lines[line - 1].removesuffix("\n") if line else ""
        allowed = allows_next_line(before) and line_end(own, 0) == len(own)
        return [] if allowed else self._found[line]

    def _scan(self, first: int, behind: int) -> None:
        own = "".join(self.lines[first:behind])
        starts = list(accumulate(map(len, self.lines[first:behind]), initial=0))
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
        while line < len(self.lines) and length < LONGEST_BLOCK:
            parts.append(self.lines[line])
            length += len(self.lines[line])
            line += 1
        return "".join(parts)

    def _blocks_before(self, line: int) -> list[int]:
        """Earlier lines from which a block may reach a line."""
        found, length = [], 0
        while line > 0 and length < LONGEST_BLOCK:
            line -= 1
            length += len(self.lines[line])
            if self._opens[line]:
                found.append(line)
        return found


def _split(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [*(line + "\n" for line in lines), last]
